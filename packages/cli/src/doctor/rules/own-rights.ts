import { formatAddress } from '@switchmaster/core';
import type { Finding, Rule } from '../rule.ts';
import { addressesOf, nameOf, type NodeFacts, type SentinelFacts } from '../survey.ts';
import { groupBy, list, sentence } from '../words.ts';

export const ownRights: Rule = {
  name: 'own-rights',
  summary: 'What we were not let in to, or not allowed to ask.',
  check({ nodes, sentinels }) {
    const servers = [...nodes, ...sentinels];
    const locked = servers.filter(({ trouble }) => trouble?.reason === 'refused');
    const limited = groupBy(
      servers.filter(({ refused }) => refused.length > 0),
      ({ kind, refused }) => `${kind} ${list(refused)}`,
    );
    return [...locked.map(shutOut), ...[...limited.values()].map(curious)];
  },
};

function shutOut(server: NodeFacts | SentinelFacts): Finding {
  return {
    severity: 'problem',
    what: sentence(`${nameOf(server)} refuses us: ${server.trouble?.message ?? ''}`),
    why: 'Clients with these credentials are refused as well, and nothing else could be checked there.',
    todo: `Check --${server.kind}-username and the password, and that every ${server.kind} has the same users.`,
    about: [formatAddress(server.address)],
  };
}

function curious(servers: readonly (NodeFacts | SentinelFacts)[]): Finding {
  const kind = servers[0]?.kind ?? 'node';
  const refused = servers[0]?.refused ?? [];
  return {
    severity: 'note',
    what: `We may not ask for ${list(refused)} at ${list(addressesOf(servers))}.`,
    why: 'What depends on the answers was not checked.',
    todo: `Run this as a ${kind} user that has ${refused.map((command) => `+${command.toLowerCase().replace(' ', '|')}`).join(' ')}.`,
    about: addressesOf(servers),
  };
}
