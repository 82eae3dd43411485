import { formatAddress } from '@switchmaster/core';
import type { Finding, Rule } from '../rule.ts';
import { nameOf, type NodeFacts, type SentinelFacts } from '../survey.ts';
import { count } from '../words.ts';

const dayMs = 24 * 60 * 60 * 1000;
const soonDays = 30;
const urgentDays = 7;

export const certificateExpiry: Rule = {
  name: 'certificate-expiry',
  summary: 'Certificates that have expired, or will within 30 days.',
  check: ({ nodes, sentinels, at }) =>
    [...nodes, ...sentinels].flatMap((server) => {
      if (server.trouble?.reason === 'certificate' && /expired/.test(server.trouble.message))
        return [finding(server, 'problem', 'has expired')];
      const days = Math.floor(((server.certificate?.validUntil ?? Infinity) - at) / dayMs);
      if (days > soonDays) return [];
      const when = days < 0 ? 'has expired' : `expires in ${count(days, 'day')}`;
      return [finding(server, days < urgentDays ? 'problem' : 'warning', when)];
    }),
};

function finding(server: NodeFacts | SentinelFacts, severity: Finding['severity'], when: string): Finding {
  return {
    severity,
    what: `The certificate of ${nameOf(server)} ${when}.`,
    why: 'With an expired one no client that checks certificates can connect; replication and Sentinel stop as well where they use TLS.',
    todo: 'Renew it. CONFIG SET tls-cert-file and tls-key-file load a new one without a restart.',
    about: [formatAddress(server.address)],
  };
}
