import Table from 'cli-table3';
import type { Outcome } from './outcome.ts';
import { type Colors, count, duration } from './style.ts';

// Columns of the terminal. With less, one space between the table's own columns has to do.
const roomy = 90;
const headings = ['fault', 'client', 'acknowledged', 'lost', 'failed', 'hung', 'longest gap'];

/** All outcomes, one line each. */
export function renderTable(outcomes: readonly Outcome[], width: number, colors: Colors): string {
  const table = new Table({
    head: headings.map((heading) => colors.bold(heading)),
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: { ...noLines, middle: width < roomy ? ' ' : '   ' },
  });
  outcomes.forEach((outcome, i) => {
    const repeats = outcomes[i - 1]?.fault === outcome.fault;
    if (i > 0 && !repeats) table.push(headings.map(() => ''));
    table.push(renderOutcome(outcome, repeats, colors));
  });
  return table.toString().replaceAll(/ +$/gm, '');
}

function renderOutcome(outcome: Outcome, repeats: boolean, colors: Colors): string[] {
  const { client, fault, acked, lost, failed, hung, longestGapMs } = outcome;
  const harm = (value: number): string =>
    value > 0 ? colors.red(colors.bold(count(value))) : colors.green('0');
  const gap = duration(longestGapMs);
  return [
    repeats ? '' : fault,
    client,
    count(acked),
    harm(lost),
    harm(failed),
    harm(hung),
    hung > 0 ? colors.red(`> ${gap}`) : gap,
  ];
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
};
