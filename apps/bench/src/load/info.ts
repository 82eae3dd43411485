import type { ClusterNode, ClusterSentinel } from '@switchmaster/testing';

type Server = ClusterNode | ClusterSentinel;

/** Enough on a busy machine. */
const answerTimeoutMs = 5000;

/** How many connections some servers have, as they count them themselves. */
export async function connectionsOf(servers: readonly Server[]): Promise<number> {
  return await sum(servers, 'clients', /connected_clients:(\d+)/g);
}

/** How much CPU time some servers have used since they started, in milliseconds. */
export async function cpuMsOf(servers: readonly Server[]): Promise<number> {
  return (await sum(servers, 'cpu', /used_cpu_(?:sys|user):([\d.]+)/g)) * 1000;
}

/** Of some numbers in the `INFO` of all servers. */
async function sum(servers: readonly Server[], section: string, numbers: RegExp): Promise<number> {
  const replies = await Promise.all(servers.map((server) => info(server, section)));
  const found = replies.flatMap((reply) =>
    typeof reply === 'string' ? [...reply.matchAll(numbers)].map((match) => Number(match[1])) : [],
  );
  return found.reduce((total, number) => total + number, 0);
}

async function info(server: Server, section: string): Promise<unknown> {
  using client = await server.client({ timeoutMs: answerTimeoutMs });
  return await client.command('INFO', section);
}
