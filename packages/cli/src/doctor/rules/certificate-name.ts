import { formatAddress } from '@switchmaster/core';
import type { Rule } from '../rule.ts';
import { nameOf } from '../survey.ts';
import { sentence } from '../words.ts';

export const certificateName: Rule = {
  name: 'certificate-name',
  summary: 'Certificates that are not accepted, or not made out to the announced address.',
  check: ({ nodes, sentinels }) =>
    [...nodes, ...sentinels].flatMap((server) => {
      const rejected = server.trouble?.reason === 'certificate' && !/expired/.test(server.trouble.message);
      const problem = rejected ? server.trouble?.message : server.certificate?.mismatch;
      if (problem === undefined) return [];
      return [
        {
          severity: rejected ? ('problem' as const) : ('warning' as const),
          what: rejected
            ? sentence(problem)
            : `The certificate of ${nameOf(server)} is not one for its address: ${problem}.`,
          why: rejected
            ? 'Clients that check certificates cannot connect, and to be led here by a failover ends in an error.'
            : 'Only clients that are told which name to expect, as we were, can connect.',
          todo: `Issue one with the announced address in its subjectAltName (DNS or IP), announce the name that it has, or give clients the authority (ca) and the name (servername).`,
          about: [formatAddress(server.address)],
        },
      ];
    }),
};
