import type { Rule } from '../rule.ts';
import { staleMaster } from './stale-master.ts';
import { masterAddress } from './master-address.ts';
import { nodeDown } from './node-down.ts';
import { noReplica } from './no-replica.ts';
import { replicaLink } from './replica-link.ts';
import { replicaPriority } from './replica-priority.ts';
import { ckquorum } from './ckquorum.ts';
import { quorum } from './quorum.ts';
import { tilt } from './tilt.ts';
import { unreachableAddress } from './unreachable-address.ts';
import { ownRights } from './own-rights.ts';
import { serverRights } from './server-rights.ts';
import { masterAuth } from './master-auth.ts';
import { protectedMode } from './protected-mode.ts';
import { certificateName } from './certificate-name.ts';
import { certificateExpiry } from './certificate-expiry.ts';
import { nameUnknown } from './name-unknown.ts';
import { failoverUnderWay } from './failover-under-way.ts';
import { leftoverSentinel } from './leftover-sentinel.ts';
import { sentinelCount } from './sentinel-count.ts';
import { sentinelPeers } from './sentinel-peers.ts';
import { sentinelSettings } from './sentinel-settings.ts';
import { configEpoch } from './config-epoch.ts';
import { wrongMaster } from './wrong-master.ts';
import { replicaLag } from './replica-lag.ts';
import { unconfirmedReplica } from './unconfirmed-replica.ts';
import { minReplicas } from './min-replicas.ts';
import { persistence } from './persistence.ts';
import { failoverTimeout } from './failover-timeout.ts';
import { downAfter } from './down-after.ts';
import { singleHost } from './single-host.ts';
import { mixedVersions } from './mixed-versions.ts';

/** All rules. Findings of the same severity come in this order: what hurts now, before what may hurt. */
export const rules: readonly Rule[] = [
  staleMaster,
  masterAddress,
  nodeDown,
  noReplica,
  replicaLink,
  replicaPriority,
  ckquorum,
  quorum,
  tilt,
  unreachableAddress,
  ownRights,
  serverRights,
  masterAuth,
  protectedMode,
  certificateName,
  certificateExpiry,
  nameUnknown,
  failoverUnderWay,
  leftoverSentinel,
  sentinelCount,
  sentinelPeers,
  sentinelSettings,
  configEpoch,
  wrongMaster,
  replicaLag,
  unconfirmedReplica,
  minReplicas,
  persistence,
  failoverTimeout,
  downAfter,
  singleHost,
  mixedVersions,
];
