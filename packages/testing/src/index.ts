export type { Address } from './address.ts';
export type { Protocol } from './answer.ts';
export { type AwakeOptions, whileAwake } from './awake.ts';
export { type CertificateOptions, issueCertificate, selfSignedCertificate } from './certificate.ts';
export {
  Cluster,
  type IsolateOptions,
  type MemberName,
  startCluster,
  type TimeoutOption,
} from './cluster.ts';
export type { ClusterOptions, ClusterTls } from './cluster-options.ts';
export type { Directives } from './config-file.ts';
export { eventually, until, type WaitOptions } from './eventually.ts';
export { FakeNode, type FakeNodeOptions, type ReplicaLink, startFakeNode } from './fake-node.ts';
export {
  type FakeGroup,
  type FakeOther,
  type FakeReplica,
  FakeSentinel,
  type FakeSentinelOptions,
  type InstanceFields,
  startFakeSentinel,
} from './fake-sentinel.ts';
export { FakeServer, type FakeServerOptions, type RawReply, type ReceivedCommand } from './fake-server.ts';
export { expectNoLeaks, type HandleCounts, snapshotHandles } from './leaks.ts';
export type { ClusterNode, ClusterSentinel, Member } from './member.ts';
export type { Addressing, ClientSide } from './network.ts';
export {
  type AfterOption,
  type Observation,
  type ObservedRole,
  Observer,
  type ObserverOptions,
  type RoleChange,
  type SentinelEvent,
} from './observer.ts';
export { connectRedis, RedisClient, type RedisClientOptions } from './redis-client.ts';
export type { ProcessState } from './redis-process.ts';
export { type Reply, ReplyError } from './resp.ts';
export { serverBinary } from './server-binary.ts';
export { type ProxyMode, startProxy, TcpProxy, type TcpProxyOptions, type Throttle } from './tcp-proxy.ts';
export { type LostRun, type ReadMany, Writer, type WriterFigures, type WriterOptions } from './writer.ts';
