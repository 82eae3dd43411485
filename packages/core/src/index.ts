export { addressKey, formatAddress, sameAddress, type NodeAddress } from './address.ts';
export { createClientFactory, type ClientFactory, type ClientFactoryOptions } from './client-factory.ts';
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
export type { Follower, HoldReason, MoveReason, ReleaseReason } from './follower.ts';
export { isSentinelSet } from './options.ts';
export type { ConnectionTimings, ResolverOptions, SentinelSetOptions, ServerOptions } from './options.ts';
export {
  createResolver,
  isResolver,
  type ConnectOptions,
  type MasterOptions,
  type Resolver,
} from './resolver.ts';
export { createSentinelSet, type SentinelSet } from './sentinel-set.ts';
export type { Phase, Replica, SentinelStatus, TopologySnapshot } from './snapshot.ts';
export { addressOf } from './socket-address.ts';
