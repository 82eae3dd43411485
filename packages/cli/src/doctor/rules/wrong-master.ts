import { formatAddress, sameAddress } from '@switchmaster/core';
import type { Rule } from '../rule.ts';
import { masterOf, replicasOf } from '../survey.ts';

export const wrongMaster: Rule = {
  name: 'wrong-master',
  summary: 'Replicas of another node than the master.',
  check(survey) {
    const master = masterOf(survey);
    if (!master) return [];
    return replicasOf(survey).flatMap(({ address, replicates }) => {
      if (!replicates || sameAddress(replicates, master.address)) return [];
      return [
        {
          severity: 'warning' as const,
          what: `Replica ${formatAddress(address)} replicates ${formatAddress(replicates)}, and not the master ${formatAddress(master.address)}.`,
          why: 'It has what that node has: later than others at best, and none of the new writes at worst.',
          todo: `If no failover is under way and the sentinels do not turn it within a minute: REPLICAOF ${master.address.host} ${master.address.port} there. A node that is announced under several addresses looks like this, too: see replica-announce-ip.`,
          about: [formatAddress(address)],
        },
      ];
    });
  },
};
