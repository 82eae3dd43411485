import { formatAddress } from '@switchmaster/core';
import type { Rule } from '../rule.ts';
import { masterOf, replicasOf } from '../survey.ts';

export const staleMaster: Rule = {
  name: 'stale-master',
  summary: 'Nodes that say they are masters, and are none to the sentinels; a master that says it is none.',
  check(survey) {
    const master = masterOf(survey);
    const stale = replicasOf(survey).filter(({ role }) => role === 'master');
    const current = master ? formatAddress(master.address) : 'another node';
    return [
      ...stale.map(({ address }) => ({
        severity: 'problem' as const,
        what: `${formatAddress(address)} says it is a master, while the sentinels name ${current}.`,
        why: 'It takes writes of whoever still is connected to it, and all of them are lost when it is demoted.',
        todo: `After a failover the sentinels demote it within ten seconds or so. If they do not, they cannot reach it: REPLICAOF ${current.replace(/:(\d+)$/, ' $1')} there.`,
        about: [formatAddress(address)],
      })),
      ...(master?.role === 'replica'
        ? [
            {
              severity: 'problem' as const,
              what: `The sentinels name ${current} as the master, and it says it is a replica.`,
              why: 'Nothing can be written: clients are led to a node that refuses them (READONLY).',
              todo: `If a failover is under way, run this again when it is over. Otherwise REPLICAOF NO ONE there, or SENTINEL FAILOVER ${survey.name}.`,
              about: [current],
            },
          ]
        : []),
    ];
  },
};
