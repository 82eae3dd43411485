import { writeFileSync } from 'node:fs';
import { type Choice, parseArguments } from './arguments.ts';
import { measure } from './measure.ts';
import { hasOwnNetwork, runInOwnNetwork, setUpOwnNetwork } from './own-network.ts';
import { renderAgain, writeReport } from './report/index.ts';

const argv = process.argv.slice(2);
const parsed = parseArguments(argv);
switch (parsed.kind) {
  case 'text':
    process.stdout.write(parsed.text);
    break;
  case 'error':
    process.stderr.write(parsed.text);
    process.exitCode = 2;
    break;
  case 'render':
    await renderAgain();
    break;
  case 'run':
    process.exitCode = (await runInOwnNetwork(argv)) ?? (await runUntilSignal(parsed.choice));
}

/** Measures. A signal ends it in order; a second one ends it at once. */
async function runUntilSignal(choice: Choice): Promise<number> {
  const abort = new AbortController();
  let code = 1;
  const onSignal = (_name: NodeJS.Signals, number: number): void => {
    code = 128 + number;
    if (abort.signal.aborted) process.exit(code);
    abort.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  try {
    if (hasOwnNetwork()) setUpOwnNetwork();
    const results = await measure(choice, argv.join(' '), abort.signal);
    if (choice.json !== undefined) writeFileSync(choice.json, `${JSON.stringify(results, undefined, 2)}\n`);
    if (choice.report) await writeReport(results);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(abort.signal.aborted ? 'stopped, and cleaned up\n' : `error: ${message}\n`);
    return code;
  }
}
