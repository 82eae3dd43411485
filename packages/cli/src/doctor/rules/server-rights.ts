import type { Finding, Rule } from '../rule.ts';
import { addressesOf, type Denial, type NodeFacts } from '../survey.ts';
import { groupBy, list } from '../words.ts';

interface Denied extends Denial {
  readonly node: NodeFacts;
}

const texts = {
  sentinels: {
    who: 'the sentinels',
    why: 'A failover that needs it stops half-way: who may not be reconfigured is neither promoted nor demoted.',
  },
  replication: {
    who: 'its replicas',
    why: 'When this node is the master, nobody can replicate it.',
  },
};

export const serverRights: Rule = {
  name: 'server-rights',
  summary: 'ACL users of sentinels and replicas that may not do on a node what they have to (Redis 7).',
  check({ nodes }) {
    const denials = nodes.flatMap((node) => node.denials.map((denial): Denied => ({ ...denial, node })));
    return [...groupBy(denials, ({ purpose, user }) => `${purpose} ${user}`).values()].flatMap(describe);
  },
};

function describe(denials: readonly Denied[]): Finding[] {
  const [first] = denials;
  if (!first) return [];
  const { purpose, user } = first;
  const commands = [...new Set(denials.map(({ command }) => command))];
  const nodes = [...new Set(denials.map(({ node }) => node))];
  return [
    {
      severity: 'problem',
      what: `The user '${user}' of ${texts[purpose].who} may not run ${list(commands)} at ${list(addressesOf(nodes))}.`,
      why: texts[purpose].why,
      todo: `ACL SETUSER ${user} ${rights(commands)} on every node, and ACL SAVE or CONFIG REWRITE.`,
      about: addressesOf(nodes),
    },
  ];
}

function rights(commands: readonly string[]): string {
  const channel = commands.some((command) => command.includes('__sentinel__')) ? ['&__sentinel__:hello'] : [];
  const names = commands.map(
    (command) =>
      `+${command
        .replace(/ __sentinel__.*/, '')
        .toLowerCase()
        .replace(' ', '|')}`,
  );
  return [...new Set([...names, ...channel])].join(' ');
}
