import type { Rule } from '../rule.ts';
import { addressesOf, watching } from '../survey.ts';
import { groupBy, list } from '../words.ts';

export const sentinelPeers: Rule = {
  name: 'sentinel-peers',
  summary: 'Sentinels that do not know the same number of others.',
  check(survey) {
    const groups = groupBy(watching(survey), ({ peers }) => String(peers.length));
    if (groups.size < 2) return [];
    const views = [...groups].map(([number, sentinels]) => `${list(addressesOf(sentinels))} of ${number}`);
    return [
      {
        severity: 'warning',
        what: `The sentinels do not know the same others: ${views.join(', ')}.`,
        why: 'Who leads a failover needs the votes of a majority of those it knows. With different lists there are different majorities.',
        todo: `Run SENTINEL RESET ${survey.name} on one sentinel after the other, 30 seconds apart. If a list stays short, that sentinel cannot publish on the master, or shares its id with another (sentinel myid).`,
        about: addressesOf([...groups.values()].flat()),
      },
    ];
  },
};
