import type { Outcome } from './episode.ts';

/** One episode as a line of text, and a line for each thing that went wrong. */
export function lineOf({ number, plan, accounts, refused, violations, tookMs }: Outcome): string {
  const steps = plan.steps.map(({ fault, afterMs }) => `${fault.name} +${afterMs}`).join(', ');
  const losses = accounts.map(({ client, figures: { acked, lost, failed, longestGapMs } }) =>
    [`${client} ${acked}`, lost && `${lost} lost`, failed && `${failed} failed`, `gap ${longestGapMs}`]
      .filter(Boolean)
      .join(' '),
  );
  const head = `${violations.length > 0 ? 'FAILED' : 'ok    '} ${number}  ${(tookMs / 1000).toFixed(1)} s  ${steps}`;
  return [
    `${head}  |  ${losses.join('  |  ')}`,
    ...refused.map((what) => `       refused: ${what}`),
    ...violations.map((what) => `       ${what}`),
  ].join('\n');
}
