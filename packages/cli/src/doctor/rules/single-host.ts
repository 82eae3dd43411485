import type { Finding, Rule } from '../rule.ts';
import { addressesOf, type NodeFacts, type SentinelFacts } from '../survey.ts';
import { count, groupBy } from '../words.ts';

export const singleHost: Rule = {
  name: 'single-host',
  summary: 'A majority of the sentinels, or all nodes, on one host.',
  check: ({ sentinels, nodes }) => [...majorityOfSentinels(sentinels), ...allNodes(nodes)],
};

function majorityOfSentinels(sentinels: readonly SentinelFacts[]): Finding[] {
  const hosts = groupBy(sentinels, ({ announced, address }) => (announced ?? address).host);
  const [host, together = []] = [...hosts].find(([, group]) => group.length > sentinels.length / 2) ?? [];
  if (host === undefined || together.length < 2) return [];
  const share = together.length === sentinels.length ? 'All' : `${together.length} of`;
  return [
    {
      severity: 'warning',
      what: `${share} ${count(sentinels.length, 'sentinel')} run on one host, ${host}.`,
      why: 'When that host goes, the majority that could order a failover goes with it.',
      todo: 'Spread them over hosts, best over racks or zones, so that no single one holds a majority.',
      about: addressesOf(together),
    },
  ];
}

function allNodes(nodes: readonly NodeFacts[]): Finding[] {
  const hosts = new Set(nodes.map(({ address }) => address.host));
  if (nodes.length < 2 || hosts.size > 1) return [];
  return [
    {
      severity: 'warning',
      what: `All ${count(nodes.length, 'node')} run on one host, ${[...hosts].join('')}.`,
      why: 'When that host goes, the replicas go with the master, and the data with them.',
      todo: 'Run at least one replica on another host.',
      about: addressesOf(nodes),
    },
  ];
}
