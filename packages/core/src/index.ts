export { addressKey, formatAddress, parseAddress, sameAddress, type NodeAddress } from './address.ts';
export { createClientFactory, type ClientFactory, type ClientFactoryOptions } from './client-factory.ts';
export type { Credentials, CredentialsProvider } from './credentials.ts';
export type { DiagnosticMessages } from './diagnostics.ts';
export { isSwitchmasterError, SwitchmasterError, type SwitchmasterErrorCode } from './errors.ts';
export type {
  FailoverPhases,
  HoldEvent,
  MinorityEvent,
  ReleaseEvent,
  ResolverEvents,
  SentinelEvent,
  StaleMasterEvent,
  SwitchEvent,
} from './events.ts';
export {
  FollowingConnection,
  type ConnectionOwner,
  type FollowingConnectionOptions,
} from './following-connection.ts';
export type { Follower, HoldReason, MoveReason, ReleaseReason } from './follower.ts';
export { ResolverLease, type LeaseOptions } from './lease.ts';
export { isSentinelSet } from './options.ts';
export type { ConnectionTimings, ResolverOptions, SentinelSetOptions } from './options.ts';
export type { ServerOptions } from './server-options.ts';
export {
  createResolver,
  isResolver,
  type ConnectOptions,
  type MasterOptions,
  type Resolver,
} from './resolver.ts';
export { ReplyError, type Reply } from './resp/reply.ts';
export { createSentinelSet, type SentinelSet } from './sentinel-set.ts';
export { createServers, type ServerConnection, type ServerKind, type Servers } from './servers.ts';
export type { Phase, Replica, SentinelStatus, TopologySnapshot } from './snapshot.ts';
export { addressOf } from './socket-address.ts';
