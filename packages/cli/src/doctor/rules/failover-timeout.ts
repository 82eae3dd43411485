import { toNumber } from '../../replies.ts';
import type { Finding, Rule } from '../rule.ts';
import { addressesOf, type SentinelFacts, watching } from '../survey.ts';
import { duration } from '../words.ts';

/** A leader learns of a promotion by INFO, once a second. */
const shortestMs = 3000;
const harmlessMs = 60_000;
const proportion = 20;

export const failoverTimeout: Rule = {
  name: 'failover-timeout',
  summary:
    'A failover-timeout that is too short to promote in, or out of proportion to down-after-milliseconds.',
  check(survey) {
    const sentinels = watching(survey);
    const [first] = sentinels.flatMap((sentinel) => judge(sentinel, survey.name));
    return first ? [{ ...first, about: addressesOf(sentinels) }] : [];
  },
};

function judge({ master }: SentinelFacts, name: string): Finding[] {
  const timeoutMs = toNumber(master.get('failover-timeout'));
  const downAfterMs = toNumber(master.get('down-after-milliseconds'));
  if (timeoutMs === undefined || downAfterMs === undefined) return [];
  if (timeoutMs < shortestMs) return [tooShort(timeoutMs, name)];
  const retryMs = 2 * timeoutMs;
  return retryMs > harmlessMs && retryMs > proportion * downAfterMs
    ? [tooLong(timeoutMs, downAfterMs, name)]
    : [];
}

function tooShort(timeoutMs: number, name: string): Finding {
  return {
    severity: 'problem',
    what: `failover-timeout is ${timeoutMs}.`,
    why: 'Sentinels learn of a promotion by asking once a second; a failover that has no time for that is called off.',
    todo: `Run SENTINEL SET ${name} failover-timeout 10000 (or more) on every sentinel.`,
    about: [],
  };
}

function tooLong(timeoutMs: number, downAfterMs: number, name: string): Finding {
  return {
    severity: 'warning',
    what: `failover-timeout is ${timeoutMs} while down-after-milliseconds is ${downAfterMs}.`,
    why: `A crash is noticed after ${duration(downAfterMs)}, but when the first attempt fails, as with a split vote, the next one comes ${duration(2 * timeoutMs)} later (twice the failover-timeout).`,
    todo: `Run SENTINEL SET ${name} failover-timeout ${Math.max(10_000, 6 * downAfterMs)} on every sentinel.`,
    about: [],
  };
}
