import { formatAddress } from '@switchmaster/core';
import type { Rule } from '../rule.ts';
import { addressesOf, watching } from '../survey.ts';
import { groupBy, list } from '../words.ts';

export const masterAddress: Rule = {
  name: 'master-address',
  summary: 'Sentinels that name different masters.',
  check(survey) {
    const groups = groupBy(watching(survey), (one) =>
      one.masterAddress ? formatAddress(one.masterAddress) : '',
    );
    if (groups.size < 2) return [];
    const views = [...groups].map(
      ([master, sentinels]) => `${master} (says ${list(addressesOf(sentinels))})`,
    );
    return [
      {
        severity: 'problem',
        what: `The sentinels name ${groups.size} masters: ${list(views)}.`,
        why: 'Which one a client writes to depends on the sentinel it asks, and all writes but those to one of them will be lost.',
        todo: 'If a failover is under way, run this again when it is over. Otherwise see that the sentinels reach each other, then run SENTINEL RESET on the ones that are behind.',
        about: addressesOf([...groups.values()].flat()),
      },
    ];
  },
};
