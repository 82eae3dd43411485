import { isOurs } from './clients/index.ts';
import { faults } from './faults.ts';
import type { Outcome } from './outcome.ts';
import { type Colors, count, duration } from './style.ts';

/** What the table says, in a sentence for each line of it. */
export function renderVerdict(outcomes: readonly Outcome[], colors: Colors): string {
  const width = Math.max(...outcomes.map(({ client }) => client.length));
  const titles = [...new Set(outcomes.map(({ fault }) => fault))];
  return titles
    .flatMap((name) => {
      const lines = outcomes.filter(({ fault }) => fault === name);
      const { title, action } = faults[name];
      const said = lines.map((outcome) => `  ${outcome.client.padEnd(width)}  ${judge(outcome, colors)}`);
      return [`${colors.bold(title)} (${action})`, ...said];
    })
    .join('\n');
}

function judge({ client, lost, failed, hung, longestGapMs, superseded }: Outcome, colors: Colors): string {
  const harm = [
    ...(lost > 0 ? [`lost ${count(lost)} acknowledged writes`] : []),
    ...(failed > 0 ? [`failed ${count(failed)} writes`] : []),
    ...(hung > 0 ? [`hangs: ${count(hung)} writes were never answered`] : []),
  ];
  const paint = harm.length > 0 ? colors.red : isOurs(client) ? colors.green : colors.reset;
  const pause = hung > 0 ? '' : `, paused for ${duration(longestGapMs)}`;
  const words = harm.length > 0 ? harm.join(', ') : `lost nothing${pause}`;
  return paint(words) + (superseded ? ' (the sentinels failed over twice: not a fair run)' : '');
}
