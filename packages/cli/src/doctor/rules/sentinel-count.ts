import type { Rule, Severity } from '../rule.ts';
import { addressesOf } from '../survey.ts';
import { count, verb } from '../words.ts';

export const sentinelCount: Rule = {
  name: 'sentinel-count',
  summary: 'Fewer than three sentinels, or an even number of them.',
  check({ sentinels }) {
    const number = sentinels.length;
    if (number >= 3 && number % 2 === 1) return [];
    const few = number < 3;
    const severity: Severity = few ? 'problem' : 'note';
    const tolerated = Math.ceil(number / 2) - 1;
    return [
      {
        severity,
        what: few
          ? `There ${verb(sentinels, 'is', 'are')} only ${count(number, 'sentinel')}.`
          : `There is an even number of sentinels: ${number}.`,
        why: few
          ? 'A failover needs a majority of all sentinels, so the loss of one is the loss of every failover.'
          : `${number} sentinels survive the loss of ${tolerated}, as ${number - 1} do, and in an even split neither half has a majority.`,
        todo: few ? 'Run at least three, on machines that fail independently.' : 'Add one, or take one away.',
        about: addressesOf(sentinels),
      },
    ];
  },
};
