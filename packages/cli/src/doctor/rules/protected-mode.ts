import type { Rule } from '../rule.ts';
import { addressesOf, type NodeFacts } from '../survey.ts';
import { list } from '../words.ts';

export const protectedMode: Rule = {
  name: 'protected-mode',
  summary: 'Nodes and sentinels that let in nobody from other machines.',
  check({ nodes, sentinels }) {
    const closed = [
      ...nodes.filter(isClosed),
      ...[...nodes, ...sentinels].filter(({ trouble }) => trouble?.reason === 'protected'),
    ];
    if (closed.length === 0) return [];
    return [
      {
        severity: 'problem',
        what: `Protected mode is on, and no password set, at ${list(addressesOf(closed))}.`,
        why: 'Only its own machine is let in. Sentinels, replicas and clients elsewhere are refused (DENIED).',
        todo: 'Set a password (requirepass and masterauth, or ACL users), or, in a network you trust, CONFIG SET protected-mode no.',
        about: addressesOf(closed),
      },
    ];
  },
};

function isClosed({ config, open }: NodeFacts): boolean {
  return config.get('protected-mode') === 'yes' && open === true;
}
