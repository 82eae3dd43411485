import { formatAddress } from '@switchmaster/core';
import type { Rule } from '../rule.ts';
import { hasFlag, isSilent, viewsOfSentinel, watching } from '../survey.ts';
import { count } from '../words.ts';

export const leftoverSentinel: Rule = {
  name: 'leftover-sentinel',
  summary: 'Sentinels that are gone and still counted, or given and known to nobody.',
  check(survey) {
    const gone = survey.sentinels.filter((one) => {
      const views = viewsOfSentinel(survey, one);
      return isSilent(one) && views.every((row) => hasFlag(row, 's_down', 'disconnected'));
    });
    const known = Math.max(0, ...watching(survey).map(({ peers }) => peers.length + 1));
    return gone.map((one) => {
      const counted = viewsOfSentinel(survey, one).length > 0;
      const address = formatAddress(one.address);
      return {
        severity: 'warning',
        what: counted
          ? `Sentinel ${address} is gone, and the others still count it: ${one.trouble?.message ?? ''}.`
          : `Sentinel ${address} was given, does not answer, and no other sentinel knows it: ${one.trouble?.message ?? ''}.`,
        why: counted
          ? `A failover needs ${Math.floor(known / 2) + 1} votes of ${count(known, 'known sentinel')}, of which this one can give none.`
          : 'Each client that has it in its list tries it in vain.',
        todo: counted
          ? `Start it again. If it was removed for good, run SENTINEL RESET ${survey.name} on one sentinel after the other, 30 seconds apart.`
          : "Start it, or take it out of the clients' lists.",
        about: [address],
      };
    });
  },
};
