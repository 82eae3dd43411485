import { type Choice, parseArguments } from './arguments.ts';
import { buildPackages, needsBuild } from './build.ts';
import { keepIn } from './keep.ts';
import { measure } from './measure.ts';
import { hasOwnNetwork, runInOwnNetwork, setUpOwnNetwork } from './own-network.ts';
import { renderAgain } from './report/index.ts';

/** Who passes a signal on may do so more than once. */
const sameSignalMs = 1000;

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
    process.exitCode = await run(parsed.choice);
}

async function run(choice: Choice): Promise<number> {
  // Before the network is left in which a package manager may have to be fetched.
  if (!hasOwnNetwork() && needsBuild(choice) && !buildPackages()) return 1;
  return (await runInOwnNetwork(argv)) ?? (await runUntilSignal(choice));
}

/** Measures. A signal ends it in order; a second one ends it at once. */
async function runUntilSignal(choice: Choice): Promise<number> {
  const abort = new AbortController();
  let code = 1;
  let firstAt = Infinity;
  const onSignal = (_name: NodeJS.Signals, number: number): void => {
    code = 128 + number;
    if (performance.now() - firstAt > sameSignalMs) process.exit(code);
    firstAt = Math.min(firstAt, performance.now());
    abort.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  try {
    if (hasOwnNetwork()) setUpOwnNetwork();
    const { failures } = await measure(choice, argv.join(' '), abort.signal, keepIn(choice));
    if (choice.report) await renderAgain();
    if (failures.length === 0) return 0;
    const parts = failures.map(({ section, part }) => `  ${section}, ${part}\n`);
    process.stderr.write(`error: not everything could be measured:\n${parts.join('')}`);
    return 1;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(abort.signal.aborted ? 'stopped, and cleaned up\n' : `error: ${message}\n`);
    return code;
  }
}
