import type { Finding, Rule } from '../rule.ts';
import { addressesOf, type SentinelFacts, watching } from '../survey.ts';
import { groupBy, list } from '../words.ts';

const settings = ['quorum', 'down-after-milliseconds', 'failover-timeout', 'parallel-syncs'];

export const sentinelSettings: Rule = {
  name: 'sentinel-settings',
  summary:
    'Sentinels with different settings for the same master: quorum, down-after, failover-timeout, parallel-syncs.',
  check: (survey) => settings.flatMap((setting) => differences(setting, watching(survey), survey.name)),
};

function differences(setting: string, sentinels: readonly SentinelFacts[], name: string): Finding[] {
  const groups = groupBy(sentinels, ({ master }) => master.get(setting) ?? '');
  if (groups.size < 2) return [];
  const values = [...groups].map(([value, group]) => `${value} at ${list(addressesOf(group))}`);
  return [
    {
      severity: 'warning',
      what: `The sentinels do not agree on ${setting}: ${list(values)}.`,
      why: 'Each one goes by its own value, so what happens in a failover depends on which of them leads it.',
      todo: `Run SENTINEL SET ${name} ${setting} <value> with the same value on every sentinel.`,
      about: addressesOf(sentinels),
    },
  ];
}
