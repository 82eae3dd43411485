import type { Rule } from '../rule.ts';
import { addressesOf } from '../survey.ts';
import { list } from '../words.ts';

export const masterAuth: Rule = {
  name: 'master-auth',
  summary: 'Nodes without the password that they need as a replica.',
  check({ nodes }) {
    const guarded = nodes.some(({ open }) => open === false);
    const without = nodes.filter(({ hasMasterAuth }) => hasMasterAuth === false);
    if (!guarded || without.length === 0) return [];
    return [
      {
        severity: 'problem',
        what: `The nodes ask for a password, and masterauth is not set at ${list(addressesOf(without))}.`,
        why: 'After a failover the old master has to replicate the new one, and is refused: it never catches up.',
        todo: 'CONFIG SET masterauth (and masteruser, where it is not the default user) on every node, the master too, and CONFIG REWRITE.',
        about: addressesOf(without),
      },
    ];
  },
};
