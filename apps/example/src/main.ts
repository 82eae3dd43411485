import { parseArguments, type Choice } from './arguments.ts';

const parsed = parseArguments(process.argv.slice(2));
switch (parsed.kind) {
  case 'help':
    process.stdout.write(parsed.text);
    break;
  case 'error':
    process.stderr.write(parsed.text);
    process.exitCode = 2;
    break;
  case 'run':
    process.exitCode = await runUntilSignal(parsed.choice);
}

/** A signal ends it in order; a second one ends it at once. The servers end in every case. */
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
    // Not before: what is wrong with an option is told at once.
    const { serve, soak } = await import('./run.ts');
    if (choice.soak) return await soak(choice, choice.soak, abort.signal);
    await serve(choice, abort.signal);
    return code;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(abort.signal.aborted ? 'stopped, and cleaned up\n' : `error: ${message}\n`);
    return code;
  }
}
