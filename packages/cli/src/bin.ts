#!/usr/bin/env node
import { constants } from 'node:os';
import { processContext } from './context.ts';
import { run } from './main.ts';

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (abort.signal.aborted) process.exit(128 + constants.signals[signal]);
    abort.abort();
  });
}
// `switchmaster watch | head`: whoever read our output has had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.exitCode = await run(process.argv.slice(2), processContext(abort.signal));
