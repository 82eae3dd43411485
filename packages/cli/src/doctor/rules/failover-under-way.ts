import type { Rule } from '../rule.ts';
import { addressesOf, hasFlag, watching } from '../survey.ts';
import { list } from '../words.ts';

export const failoverUnderWay: Rule = {
  name: 'failover-under-way',
  summary: 'A failover in progress.',
  check(survey) {
    const leaders = watching(survey).filter(({ master }) => hasFlag(master, 'failover_in_progress'));
    if (leaders.length === 0) return [];
    return [
      {
        severity: 'warning',
        what: `A failover is under way, led by ${list(addressesOf(leaders))}.`,
        why: 'Other findings may be nothing but its passing traces.',
        todo: 'Run this again when it is over.',
        about: addressesOf(leaders),
      },
    ];
  },
};
