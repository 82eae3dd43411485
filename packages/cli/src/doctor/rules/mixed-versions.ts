import { formatAddress } from '@switchmaster/core';
import type { Finding, Rule } from '../rule.ts';
import { addressesOf, masterOf, type NodeFacts, replicasOf, type SentinelFacts } from '../survey.ts';
import { groupBy, list, verb } from '../words.ts';

export const mixedVersions: Rule = {
  name: 'mixed-versions',
  summary: 'Servers of different versions, above all replicas older than their master.',
  check(survey) {
    const master = masterOf(survey);
    const older = master ? replicasOf(survey).filter((one) => isOlder(one, master)) : [];
    return [
      ...(master && older.length > 0 ? [cannotRead(older, master)] : []),
      ...[survey.nodes, survey.sentinels].flatMap((servers) => mixture(servers)),
    ];
  },
};

function mixture(servers: readonly (NodeFacts | SentinelFacts)[]): Finding[] {
  const groups = groupBy(
    servers.filter((one) => versionOf(one) !== ''),
    versionOf,
  );
  if (groups.size < 2) return [];
  return [
    {
      severity: 'note',
      what: `There are ${groups.size} versions of ${servers[0]?.kind}s: ${list([...groups].map(([version, group]) => `${version} at ${list(addressesOf(group))}`))}.`,
      why: 'That is meant for the time of an upgrade only: behaviour may change with each failover.',
      todo: 'Finish the upgrade: replicas and sentinels first, then a failover, then the old master.',
      about: addressesOf([...groups.values()].flat()),
    },
  ];
}

function cannotRead(older: readonly NodeFacts[], master: NodeFacts): Finding {
  return {
    severity: 'warning',
    what: `${list(older.map((one) => `${formatAddress(one.address)} (${versionOf(one)})`))} ${verb(older, 'is', 'are')} older than the master (${versionOf(master)}).`,
    why: 'An older server may not be able to read the data of a newer one: a full synchronization can fail, and commands that it does not know are lost.',
    todo: 'Upgrade before the next failover.',
    about: addressesOf(older),
  };
}

/** `7.0.15`, or Valkey's own. */
function versionOf({ info }: NodeFacts | SentinelFacts): string {
  const valkey = info.get('valkey_version');
  return valkey === undefined ? (info.get('redis_version') ?? '') : `Valkey ${valkey}`;
}

/** By major and minor: patches read each other. What it claims to be for Redis is what counts. */
function isOlder(one: NodeFacts, other: NodeFacts): boolean {
  const [major = 0, minor = 0] = numbersOf(one);
  const [otherMajor = 0, otherMinor = 0] = numbersOf(other);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

function numbersOf({ info }: NodeFacts): number[] {
  const version = info.get('valkey_version') ?? info.get('redis_version');
  // Where it is not known, it is not older.
  return version === undefined ? [Infinity] : version.split('.').map(Number);
}
