import type { NodeFacts, SentinelFacts, Survey } from '../src/doctor/survey.ts';
import type { Row } from '../src/replies.ts';

const hosts = { master: '10.0.0.1', replicas: ['10.0.0.2', '10.0.0.3'] };

export function row(fields: Readonly<Record<string, string | number>>): Row {
  return new Map(Object.entries(fields).map(([field, value]) => [field, String(value)]));
}

/** What a node says, where nothing is wrong with it. */
export function aNode(host: string, more: Partial<NodeFacts> = {}): NodeFacts {
  const isMaster = host === hosts.master;
  return {
    kind: 'node',
    address: { host, port: 6379 },
    trouble: undefined,
    refused: [],
    certificate: undefined,
    role: isMaster ? 'master' : 'replica',
    replicates: isMaster ? undefined : { host: hosts.master, port: 6379 },
    replicas: isMaster
      ? hosts.replicas.map((ip) => row({ ip, port: 6379, state: 'online', offset: 5000, lag: 0 }))
      : [],
    info: row({
      redis_version: '7.0.15',
      master_repl_offset: 5000,
      ...(isMaster ? {} : { master_link_status: 'up', slave_priority: 100 }),
    }),
    config: row({
      appendonly: 'yes',
      save: '',
      masteruser: '',
      'min-replicas-to-write': 1,
      'protected-mode': 'no',
      'replica-priority': 100,
    }),
    hasMasterAuth: true,
    open: false,
    denials: [],
    ...more,
  };
}

/** What the `number`th of `of` sentinels says, where nothing is wrong. */
export function aSentinel(number: number, more: Partial<SentinelFacts> = {}, of = 3): SentinelFacts {
  const others = Array.from({ length: of }, (_, i) => i + 1).filter((i) => i !== number);
  return {
    kind: 'sentinel',
    address: { host: `10.0.1.${number}`, port: 26_379 },
    trouble: undefined,
    refused: [],
    certificate: undefined,
    info: row({ redis_version: '7.0.15', sentinel_tilt: 0 }),
    id: `id-${number}`,
    announced: { host: `10.0.1.${number}`, port: 26_379 },
    announcedTrouble: undefined,
    masterAddress: { host: hosts.master, port: 6379 },
    master: masterRow(),
    replicas: hosts.replicas.map((ip) => replicaRow(ip)),
    peers: others.map((i) => row({ ip: `10.0.1.${i}`, port: 26_379, runid: `id-${i}`, flags: 'sentinel' })),
    quorumTrouble: undefined,
    ...more,
  };
}

export function masterRow(more: Readonly<Record<string, string | number>> = {}): Row {
  return row({
    ...{ ip: hosts.master, port: 6379, flags: 'master', 'config-epoch': 3, quorum: 2 },
    ...{ 'down-after-milliseconds': 5000, 'failover-timeout': 30_000, 'parallel-syncs': 1 },
    ...more,
  });
}

export function replicaRow(ip: string, more: Readonly<Record<string, string | number>> = {}): Row {
  return row({ ip, port: 6379, flags: 'slave', 'master-link-status': 'ok', 'slave-priority': 100, ...more });
}

/** A deployment of one master, two replicas and three sentinels with which nothing is wrong. */
export function healthySurvey(more: Partial<Survey> = {}): Survey {
  return {
    name: 'mymaster',
    at: Date.UTC(2030, 0, 1),
    nodes: [hosts.master, ...hosts.replicas].map((host) => aNode(host)),
    sentinels: [1, 2, 3].map((number) => aSentinel(number)),
    ...more,
  };
}

/** The healthy nodes, with some facts of one of them changed. */
export function nodes(changes: Readonly<Record<string, Partial<NodeFacts>>>): Partial<Survey> {
  return { nodes: healthySurvey().nodes.map((node) => ({ ...node, ...changes[node.address.host] })) };
}

/** The healthy sentinels, with some facts of one of them changed. */
export function sentinels(changes: Readonly<Record<number, Partial<SentinelFacts>>>): Partial<Survey> {
  return { sentinels: [1, 2, 3].map((number) => aSentinel(number, changes[number])) };
}

/** All sentinels with the same settings. */
export function settings(fields: Readonly<Record<string, string | number>>): Partial<Survey> {
  const master = masterRow(fields);
  return sentinels({ 1: { master }, 2: { master }, 3: { master } });
}

/** What a healthy node says, but for these fields. */
export const info = (host: string, fields: Readonly<Record<string, string | number>>): Row =>
  row({ ...Object.fromEntries(aNode(host).info), ...fields });

export const config = (fields: Readonly<Record<string, string | number>>): Row =>
  row({ ...Object.fromEntries(aNode('10.0.0.2').config), ...fields });
