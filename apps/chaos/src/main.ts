import { expectNoLeaks, snapshotHandles } from '@switchmaster/testing';
import { type Choice, createCommand } from './arguments.ts';
import { lineOf } from './line.ts';
import { run } from './run.ts';

// `pnpm chaos -- --seed 1` hands the two dashes on.
const argv = process.argv.slice(2);
const command = createCommand().parse(argv[0] === '--' ? argv.slice(1) : argv, { from: 'user' });
process.exitCode = await main(command.opts<Choice>());

async function main(choice: Choice): Promise<number> {
  const strays: string[] = [];
  const note = (error: unknown): void =>
    void strays.push(error instanceof Error ? `${error.stack}` : String(error));
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort());

  const handles = snapshotHandles();
  const say = (text: string): void => void (choice.json ? process.stderr : process.stdout).write(`${text}\n`);
  const summary = await run(choice, (outcome) => say(lineOf(outcome)), abort.signal);
  const leak = await expectNoLeaks(handles).then(
    () => [],
    (error: unknown) => [String(error)],
  );
  const violations = [...summary.violations, ...strays.map((what) => `unhandled: ${what}`), ...leak];
  process.stdout.write(`${JSON.stringify({ ...summary, violations }, null, choice.json ? 0 : 2)}\n`);
  return violations.length > 0 ? 1 : 0;
}
