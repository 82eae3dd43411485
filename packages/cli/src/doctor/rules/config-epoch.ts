import type { Rule } from '../rule.ts';
import { addressesOf, watching } from '../survey.ts';
import { groupBy, list } from '../words.ts';

export const configEpoch: Rule = {
  name: 'config-epoch',
  summary: 'Sentinels with different config epochs.',
  check(survey) {
    const groups = groupBy(watching(survey), ({ master }) => master.get('config-epoch') ?? '');
    if (groups.size < 2) return [];
    const views = [...groups].map(([epoch, sentinels]) => `${epoch} at ${list(addressesOf(sentinels))}`);
    const newest = Math.max(...[...groups.keys()].map(Number));
    return [
      {
        severity: 'warning',
        what: `The sentinels are at different config epochs: ${list(views)}.`,
        why: 'Those that are behind have missed a failover: they do not hear the others, and may vote on what is long past.',
        todo: 'See that every sentinel reaches each node and each sentinel: they tell each other through the channel __sentinel__:hello of the nodes.',
        about: addressesOf(
          [...groups].filter(([epoch]) => Number(epoch) !== newest).flatMap(([, group]) => group),
        ),
      },
    ];
  },
};
