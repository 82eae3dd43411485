/** A line on which clients of ours are behind, and why if that is known. */
export interface Behind {
  readonly line: string;
  readonly why?: string | undefined;
}

/** Why some clients of ours are behind on some lines, where that is known and meant. The first that fits is said. */
interface Reason {
  readonly figures: readonly string[];
  /** Default: all. */
  readonly scenarios?: readonly string[];
  /** Default: all. */
  readonly clients?: RegExp;
  readonly why: string;
}

const reasons: readonly Reason[] = [
  {
    figures: ['outage'],
    scenarios: ['S10'],
    why:
      'The oracle is told where the master is. Ours ask the sentinels, and wait a moment for the one that hangs to ' +
      'contradict the one that answers.',
  },
  {
    figures: ['outage'],
    scenarios: ['S6'],
    why:
      'The oracle connects and writes. Ours ask the node for its role first, on the connection that is to be used, ' +
      'and every client does so at once.',
  },
  {
    figures: ['outage'],
    clients: /-announcement$/,
    why: "With `switchOn: 'announcement'` they wait for `+switch-master` by choice; compare them with `oracle-announcement`.",
  },
  {
    figures: ['outage'],
    scenarios: ['S3', 'S9'],
    why:
      'Ours stop writing when the leader has chosen a replica, one tick of the sentinel (50 to 100 ms) before the ' +
      'promotion. That is why they lose nothing, and what the others lose.',
  },
  {
    figures: ['outage'],
    scenarios: ['S7b'],
    clients: /-minority$/,
    why: "With `onMinority: 'hold'` nothing is written in the minority until the partition has healed: that is its purpose.",
  },
  {
    figures: ['lost'],
    scenarios: ['S7b'],
    why:
      'Cut off together with the old master, nobody can know that there is another one. What is written there is lost, ' +
      "and whoever writes less loses less. `onMinority: 'hold'` stops when a majority of the sentinels is out of sight.",
  },
  {
    figures: ['rateRatio'],
    clients: /factory/,
    why: 'Before each command it asks the factory for the client of the master, as an application does that keeps none.',
  },
  {
    figures: ['rateRatio'],
    clients: /cache-manager/,
    why:
      'Each operation of a store of ours has a deadline, passes a breaker and asks a journal. With `@keyv/redis` it waits ' +
      'for as long as Redis does not answer.',
  },
  {
    figures: ['failed'],
    clients: /cache-manager/,
    why: 'An operation of the cache has a deadline, and then is a miss: a failover costs misses and not hangs.',
  },
  {
    figures: ['failed'],
    clients: /node-redis|factory/,
    why:
      'node-redis rejects what was sent and has no reply when its connection ends, since it may have been carried out. ' +
      'ioredis sends it again, which is what "run twice" counts.',
  },
  {
    figures: ['p99Ratio'],
    why:
      'The 99th percentile is made by the twenty slowest commands of each second, which garbage collection or the machine ' +
      'itself held up: from round to round its ratio goes up and down by a fifth on a quiet machine, by a half on a busy ' +
      'one. Of ours one or two of them came when the answer of a sentinel was read. The median command of ours takes as ' +
      'long as that of the plain client.',
  },
  {
    figures: ['perClientRatio'],
    clients: /node-redis/,
    why:
      'node-redis uses a socket that it has made itself, and no other: it is led to the one whose node has said that it ' +
      'is the master, so that each client has two. The second takes about 1 KiB; the rest is what leads the one to the ' +
      'other.',
  },
  {
    figures: ['perClientRatio'],
    clients: /cache-manager/,
    why: 'A store of ours has a breaker, a journal and a client. An application has one or two of them.',
  },
  {
    figures: ['heapRatio'],
    why: 'The process holds the code of ours and one resolver, which take the same for one client and for all.',
  },
];

/** What is said of a client on a line on which it is behind. */
export function reasonFor(scenario: string, figure: string, client: string): string | undefined {
  return reasons.find(
    ({ figures, scenarios, clients }) =>
      figures.includes(figure) && (scenarios?.includes(scenario) ?? true) && (clients?.test(client) ?? true),
  )?.why;
}
