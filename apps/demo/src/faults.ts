import type { Cluster, ClusterNode } from '@switchmaster/testing';

export const faultNames = ['failover', 'kill', 'freeze'] as const;

export type FaultName = (typeof faultNames)[number];

/** A way to lose the master. */
export interface Fault {
  readonly name: FaultName;
  /** For sentences: "In a planned failover …". */
  readonly title: string;
  /** What is done, for the timeline. */
  readonly action: string;
  readonly inject: (cluster: Cluster, master: ClusterNode) => Promise<void>;
  /** Writing goes on until each client writes to the new master again, but at least and at most so long. */
  readonly minMs: number;
  readonly maxMs: number;
  /** How long it takes as a rule, which the live display is laid out for. */
  readonly usualMs: number;
  /** The old master lives on: it must have been demoted as well, since it takes writes until then. */
  readonly demotes: boolean;
}

export const faults: Readonly<Record<FaultName, Fault>> = {
  failover: {
    name: 'failover',
    title: 'planned failover',
    action: 'SENTINEL FAILOVER',
    inject: (cluster) => cluster.failover(),
    minMs: 3000,
    maxMs: 18_000,
    usualMs: 12_500,
    demotes: true,
  },
  kill: {
    name: 'kill',
    title: 'killed master',
    action: 'kill -9',
    inject: (cluster, master) => cluster.kill(master),
    minMs: 5000,
    maxMs: 9000,
    usualMs: 5500,
    demotes: false,
  },
  freeze: {
    name: 'freeze',
    title: 'frozen master',
    action: 'SIGSTOP',
    inject: (cluster, master) => cluster.freeze(master),
    minMs: 8000,
    maxMs: 8000,
    usualMs: 8000,
    demotes: false,
  },
};
