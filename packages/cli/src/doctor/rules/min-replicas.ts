import { toNumber } from '../../replies.ts';
import type { Finding, Rule } from '../rule.ts';
import { addressesOf, type NodeFacts } from '../survey.ts';
import { count, list } from '../words.ts';

export const minReplicas: Rule = {
  name: 'min-replicas',
  summary: 'No min-replicas-to-write, or more than there are replicas.',
  check({ nodes }) {
    const asked = nodes.filter(({ config }) => config.has('min-replicas-to-write'));
    const without = asked.filter((node) => minimumOf(node) === 0);
    const replicas = nodes.length - 1;
    const impossible = replicas > 0 ? asked.filter((node) => minimumOf(node) > replicas) : [];
    return [
      ...(without.length > 0 && replicas > 0 ? [unbounded(without)] : []),
      ...(impossible.length > 0 ? [refusing(impossible, replicas)] : []),
    ];
  },
};

function minimumOf({ config }: NodeFacts): number {
  return toNumber(config.get('min-replicas-to-write')) ?? 0;
}

function unbounded(nodes: readonly NodeFacts[]): Finding {
  return {
    severity: 'warning',
    what: `min-replicas-to-write is 0 at ${list(addressesOf(nodes))}.`,
    why: 'A master that the network has cut off goes on acknowledging writes, and all of them are lost when it is demoted. No client can know.',
    todo: 'CONFIG SET min-replicas-to-write 1 and min-replicas-max-lag 10 on every node, and CONFIG REWRITE.',
    about: addressesOf(nodes),
  };
}

function refusing(nodes: readonly NodeFacts[], replicas: number): Finding {
  return {
    severity: 'problem',
    what: `min-replicas-to-write asks for more than the ${count(replicas, 'replica')} there are, at ${list(addressesOf(nodes))}.`,
    why: 'As a master such a node refuses every write (NOREPLICAS).',
    todo: 'Lower it, or add replicas. It should be less than their number, so that one of them may fail.',
    about: addressesOf(nodes),
  };
}
