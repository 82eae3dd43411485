import type { Choice } from './arguments.ts';
import { createDisplay, type Display } from './display.ts';
import { faults } from './faults.ts';
import { exitCode, type Outcome } from './outcome.ts';
import type { Result } from './result.ts';
import { run, type RunOptions } from './run.ts';
import { type Output, widthOf } from './style.ts';
import { renderTable } from './table.ts';
import { renderVerdict } from './verdict.ts';

/** Runs each fault in turn and shows the table. Resolves with the exit code. */
export async function demonstrate(choice: Choice, output: Output, signal: AbortSignal): Promise<number> {
  const display = createDisplay(output);
  const outcomes: Outcome[] = [];
  try {
    for (const name of choice.faults) {
      const result = await runFairly({ fault: faults[name], clients: choice.clients, display, signal });
      display.finish(result.view);
      outcomes.push(...result.outcomes);
    }
  } finally {
    display.close();
  }
  conclude(outcomes, output);
  if (choice.json) process.stdout.write(`${JSON.stringify({ runs: outcomes })}\n`);
  return exitCode(outcomes);
}

/** Sentinels fail over twice now and then, on a busy machine above all. Such a run is done again, once. */
async function runFairly(options: RunOptions): Promise<Result> {
  const result = await run(options);
  if (!result.superseded) return result;
  noteSuperseded(options.display);
  return await run(options);
}

function noteSuperseded(display: Display): void {
  display.say(
    'The sentinels failed over twice, which says nothing about one failover: this run is repeated.',
  );
}

function conclude(outcomes: readonly Outcome[], output: Output): void {
  const { stream, colors } = output;
  stream.write(`${renderTable(outcomes, widthOf(output), colors)}\n\n${renderVerdict(outcomes, colors)}\n`);
}
