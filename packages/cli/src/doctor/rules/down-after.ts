import { toNumber } from '../../replies.ts';
import type { Finding, Rule } from '../rule.ts';
import { addressesOf, watching } from '../survey.ts';
import { duration } from '../words.ts';

const hastyMs = 500;
const leisurelyMs = 30_000;
const endlessMs = 60_000;

export const downAfter: Rule = {
  name: 'down-after',
  summary: 'A down-after-milliseconds that raises false alarms, or makes every crash a long outage.',
  check(survey) {
    const sentinels = watching(survey);
    const values = sentinels.flatMap(({ master }) => toNumber(master.get('down-after-milliseconds')) ?? []);
    const shortest = Math.min(...values);
    const longest = Math.max(...values);
    const about = addressesOf(sentinels);
    if (values.length === 0) return [];
    if (shortest < hastyMs) return [hasty(shortest, survey.name, about)];
    return longest >= leisurelyMs ? [leisurely(longest, survey.name, about)] : [];
  },
};

function hasty(ms: number, name: string, about: string[]): Finding {
  return {
    severity: 'warning',
    what: `down-after-milliseconds is ${ms}.`,
    why: 'A slow command, a fork or a busy network can be silent for that long: failovers of a master that is well are the price.',
    todo: `Run SENTINEL SET ${name} down-after-milliseconds 1000 (or more) on every sentinel.`,
    about,
  };
}

function leisurely(ms: number, name: string, about: string[]): Finding {
  return {
    severity: ms > endlessMs ? 'warning' : 'note',
    what: `down-after-milliseconds is ${ms}${ms === leisurelyMs ? ', the default' : ''}.`,
    why: `After a crash nothing can be written for ${duration(ms)} at least: no failover begins before.`,
    todo: `Unless the network needs so much patience, run SENTINEL SET ${name} down-after-milliseconds 5000 on every sentinel.`,
    about,
  };
}
