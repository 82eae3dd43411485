import { formatAddress } from '@switchmaster/core';
import type { Rule } from '../rule.ts';

export const ckquorum: Rule = {
  name: 'ckquorum',
  summary: 'Sentinels where SENTINEL CKQUORUM fails.',
  check: ({ sentinels }) =>
    sentinels.flatMap(({ address, quorumTrouble }) => {
      if (quorumTrouble === undefined) return [];
      return [
        {
          severity: 'problem' as const,
          what: `SENTINEL CKQUORUM fails at ${formatAddress(address)}: ${quorumTrouble}`,
          why: 'Seen from there, the sentinels that would have to agree on a failover are not to be had.',
          todo: 'Bring back the sentinels that it does not reach, and see that nothing stands between them.',
          about: [formatAddress(address)],
        },
      ];
    }),
};
