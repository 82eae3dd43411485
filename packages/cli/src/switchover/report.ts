import { formatAddress } from '@switchmaster/core';
import type { Output } from '../output.ts';
import { wrap } from '../wrap.ts';
import type { Step } from './conduct.ts';
import { type Action, type Verdict, verdictOf } from './course.ts';
import type { Plan } from './plan.ts';
import type { Facts } from './scene.ts';

/** How it ended: what `--json` writes. Durations are in milliseconds. */
export interface Report {
  readonly verdict: Verdict;
  readonly from: string;
  readonly to: string;
  /** How long writes waited at the old master. */
  readonly pausedMs: number | undefined;
  readonly steps: readonly Step[];
}

export function reportOf({ master, candidate }: Plan, facts: Facts, steps: readonly Step[]): Report {
  const { pausedAt, demotedAt, resumedAt } = facts;
  const endedAt = demotedAt ?? resumedAt;
  return {
    verdict: verdictOf(steps),
    from: formatAddress(master),
    to: formatAddress(candidate),
    pausedMs: pausedAt === undefined || endedAt === undefined ? undefined : Math.round(endedAt - pausedAt),
    steps,
  };
}

/** What is going to happen, for whoever has to agree. */
export function planLines(
  { name, master, candidate, sentinels, preferences, coordinated }: Plan,
  maxPauseMs: number,
  width: number,
): string[] {
  const [from, to] = [formatAddress(master), formatAddress(candidate)];
  const leader = sentinels[0] ? formatAddress(sentinels[0]) : '';
  const steer = preferences.map(({ address, before, priority }) => {
    return `sets replica-priority of ${formatAddress(address)} from ${before} to ${priority} for the time being`;
  });
  return [
    `Switchover of ${name}: ${to} becomes the master in place of ${from}.`,
    '',
    ...[
      ...steer,
      'waits up to 12 s for a moment at which the sentinels notice a promotion soon',
      `makes writes at ${from} wait, for ${coordinated ? 'a second' : 'half a second'} as a rule and ${maxPauseMs} ms at most before the promotion`,
      coordinated
        ? `has ${from} hand over to ${to}, led by sentinel ${leader}; who writes there before the sentinels say so may see READONLY`
        : `has ${to} promoted by sentinel ${leader} when it has every byte`,
      `makes ${from} its replica and ends the connections of its clients, who find the new master`,
    ].flatMap((text) => wrap(text, width - 4).map((line, i) => `  ${i === 0 ? '-' : ' '} ${line}`)),
  ];
}

const titles: Readonly<Record<Action, string>> = {
  prefer: 'choose',
  'await-moment': 'wait for the moment',
  pause: 'pause writes',
  'catch-up': 'catch up',
  'fail-over': 'fail over',
  'await-promotion': 'promote',
  'await-announcement': 'announce',
  demote: 'demote',
  resume: 'resume',
  restore: 'restore priorities',
  verify: 'verify',
  'call-off': 'call off',
  'take-back': 'take back',
};

const titleWidth: number = Math.max(...Object.values(titles).map(({ length }) => length));

export function stepLine({ action, outcome, detail, tookMs }: Step, { colors }: Output): string {
  const sign = outcome === 'failed' ? colors.red('✗') : colors.green('✓');
  const title = titles[action].padEnd(titleWidth);
  return `${sign} ${title} ${colors.dim(`${tookMs}`.padStart(6))} ${colors.dim('ms')}  ${detail}`;
}

/** The end of it, and the state that is left. */
export function conclusion({ verdict, from, to, pausedMs, steps }: Report, { colors }: Output): string {
  const waited = pausedMs === undefined ? '' : ` Writes waited ${pausedMs} ms.`;
  const left = steps.filter(({ outcome }) => outcome === 'failed').map(({ action }) => leftBehind[action]);
  const rest = left.filter((text) => text !== undefined).map((text) => ` ${text(from, to)}`);
  return `${headline(verdict, from, to, colors)}${waited}${rest.join('')}`;
}

function headline(verdict: Verdict, from: string, to: string, colors: Output['colors']): string {
  switch (verdict) {
    case 'switched':
      return colors.green(`Switched: ${to} is the master. No acknowledged write is lost.`);
    case 'switched-with-trouble':
      return colors.yellow(
        `Switched: ${to} is the master. No acknowledged write is lost, but not all went well.`,
      );
    case 'rolled-back':
      return colors.yellow(
        `Rolled back: ${from} is the master, as before, and no acknowledged write is lost.`,
      );
    case 'unfinished':
      return colors.red('Unfinished: look at it, "switchmaster doctor" helps.');
  }
}

/** What a failed action leaves, and what to do about it. */
const leftBehind: Readonly<Partial<Record<Action, (from: string, to: string) => string>>> = {
  demote: (from, to) => `${from} may still say master; run REPLICAOF ${to.replace(/:(\d+)$/, ' $1')} there.`,
  resume: (from) => `The pause at ${from} ends by itself in 30 s at most; CLIENT UNPAUSE there ends it now.`,
  restore: () => 'A replica-priority is not what it was, see above.',
  'call-off': (_, to) => `A sentinel may still promote ${to}; SENTINEL RESET there ends that.`,
  'take-back': (from, to) => `${to} may still say master; the sentinels make it a replica of ${from}.`,
};
