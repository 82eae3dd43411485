import type { Cluster } from '@switchmaster/testing';
import type { Deployment } from '../clients/client.ts';
import type { Haproxy } from '../haproxy.ts';

/** What clients are told of a cluster whose first node is its master. */
export function deploymentOf({ name, sentinels, nodes }: Cluster, proxy?: Haproxy): Deployment {
  return { name, sentinels, nodes: nodes.map(({ host, port }) => ({ host, port })), proxy: proxy?.address };
}
