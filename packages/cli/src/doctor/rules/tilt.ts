import type { Rule } from '../rule.ts';
import { addressesOf } from '../survey.ts';
import { list } from '../words.ts';

export const tilt: Rule = {
  name: 'tilt',
  summary: 'Sentinels in TILT mode.',
  check({ sentinels }) {
    const tilted = sentinels.filter(({ info }) => info.get('sentinel_tilt') === '1');
    if (tilted.length === 0) return [];
    return [
      {
        severity: 'problem',
        what: `In TILT mode: ${list(addressesOf(tilted))}.`,
        why: 'Such a sentinel has noticed that its clock jumped or that it was not run for seconds, trusts itself no more, and takes no part in failovers until it has been well for 30 seconds.',
        todo: 'If it comes again: look for a machine that is overloaded, a virtual machine that is paused or moved, or a clock that is set by jumps.',
        about: addressesOf(tilted),
      },
    ];
  },
};
