import { addressKey, formatAddress, type NodeAddress } from '@switchmaster/core';
import {
  hasFlag,
  isReached,
  isRowOf,
  masterOf,
  replicasOf,
  watching,
  type NodeFacts,
  type SentinelFacts,
  type Survey,
} from '../doctor/survey.ts';
import { toNumber } from '../replies.ts';

/** What the user wants. */
export interface Wish {
  /** The replica that is to be promoted. Default: the one that Sentinel would choose. */
  readonly to: NodeAddress | undefined;
  /** How far behind it may be before writes are paused. */
  readonly maxLagBytes: number;
  /** The master hands over itself, asked to by the sentinel that leads. */
  readonly coordinated: boolean;
}

/** A `replica-priority` for the time being. */
export interface Preference {
  readonly address: NodeAddress;
  readonly priority: number;
  readonly before: number;
}

export interface Plan {
  readonly name: string;
  readonly master: NodeAddress;
  readonly candidate: NodeAddress;
  /** The sentinels that answer. The first one is to lead, the next one stands by. */
  readonly sentinels: readonly NodeAddress[];
  readonly preferences: readonly Preference[];
  /** The shortest `down-after-milliseconds` of the sentinels. */
  readonly downAfterMs: number;
  readonly coordinated: boolean;
}

/** It is not safe. */
export interface Stop {
  readonly kind: 'stop';
  readonly reasons: readonly string[];
  /** Whether `--force` would go on. */
  readonly isForceable?: true;
}

export type Decision = { readonly kind: 'go'; readonly plan: Plan } | Stop;

/**
 * How long a coordinated failover may make the sentinels' own questions wait: they greet each other at a master that
 * takes no writes for a second or two, and lose their connections to the new one. A master that looks down to them
 * then is failed over once more, and what it has acknowledged by then is lost.
 */
const coordinatedMs = 3000;

/** Decides from what a doctor knows whether a switchover is safe, and how it is done. */
export function decide(survey: Survey, wish: Wish): Decision {
  const master = masterOf(survey);
  if (!master) return stop(['the sentinels name no master']);
  const replicas = replicasOf(survey);
  const reasons = [
    ...aboutSentinels(survey, master),
    ...(wish.coordinated ? aboutCoordination(survey) : []),
    ...aboutMaster(master),
    ...aboutWish(survey, master, wish),
  ];
  if (reasons.length > 0) return stop(reasons);
  const suitable = replicas.filter((replica) => problemOf(replica, survey, master, wish) === undefined);
  const candidate = suitable.find(({ address }) => isAt(address, wish.to)) ?? bestOf(suitable);
  if (!candidate) return stop(whyNone(survey, master, wish));
  return {
    kind: 'go',
    plan: {
      name: survey.name,
      master: master.address,
      candidate: candidate.address,
      sentinels: leadersFirst(survey, candidate, wish),
      preferences: preferencesFor(candidate, replicas),
      downAfterMs: downAfterOf(survey),
      coordinated: wish.coordinated,
    },
  };
}

export function stop(reasons: readonly string[]): Stop {
  return { kind: 'stop', reasons };
}

function aboutSentinels(survey: Survey, master: NodeFacts): string[] {
  const { sentinels } = survey;
  const heard = watching(survey);
  const reasons = heard
    .filter(({ masterAddress }) => !isAt(masterAddress, master.address))
    .map(({ address, masterAddress }) => {
      const other = masterAddress ? formatAddress(masterAddress) : 'nobody';
      return `sentinel ${formatAddress(address)} names ${other} as the master, and others ${formatAddress(master.address)}`;
    });
  const busy = heard.find((one) => hasFlag(one.master, 'failover_in_progress'));
  if (busy) reasons.push(`sentinel ${formatAddress(busy.address)} is failing over already`);
  if (heard.length * 2 <= sentinels.length) {
    reasons.push(`only ${heard.length} of ${sentinels.length} sentinels answer, which is no majority`);
  } else if (!heard.some(canLead)) {
    const said = heard.find(({ quorumTrouble }) => quorumTrouble !== undefined)?.quorumTrouble;
    reasons.push(`no sentinel can lead a failover: ${said ?? 'all of them are in TILT mode'}`);
  }
  return reasons;
}

function aboutCoordination(survey: Survey): string[] {
  const reasons: string[] = [];
  if (!watching(survey).some((one) => canLead(one) && canCoordinate(one)))
    reasons.push(
      'no sentinel that can lead knows SENTINEL FAILOVER … COORDINATED, which came with Valkey 9.0',
    );
  const downAfterMs = downAfterOf(survey);
  if (downAfterMs < coordinatedMs)
    reasons.push(
      `down-after-milliseconds is ${downAfterMs}, and less than ${coordinatedMs} is too short for a coordinated failover`,
    );
  return reasons;
}

function aboutMaster(master: NodeFacts): string[] {
  const where = formatAddress(master.address);
  if (master.trouble) return [`the master ${where} cannot be asked: ${master.trouble.message}`];
  if (master.role !== 'master') return [`${where} is named as the master and says that it is none`];
  const version = master.info.get('redis_version') ?? 'unknown';
  return canPauseWrites(version)
    ? []
    : [`the master ${where} is version ${version}; CLIENT PAUSE … WRITE came with 6.2`];
}

function aboutWish(survey: Survey, master: NodeFacts, wish: Wish): string[] {
  if (!wish.to) return [];
  const to = formatAddress(wish.to);
  if (isAt(wish.to, master.address)) return [`${to} is the master already`];
  const replicas = replicasOf(survey);
  const replica = replicas.find(({ address }) => isAt(address, wish.to));
  if (replica) {
    const problem = problemOf(replica, survey, master, wish);
    return problem === undefined ? [] : [`${to} ${problem}`];
  }
  const known = replicas.map(({ address }) => formatAddress(address)).join(', ') || 'none';
  return [`${to} is no replica of ${survey.name}; its replicas: ${known}`];
}

function whyNone(survey: Survey, master: NodeFacts, wish: Wish): string[] {
  const problems = replicasOf(survey).map(
    (replica) => `${formatAddress(replica.address)} ${problemOf(replica, survey, master, wish)}`,
  );
  return problems.length > 0 ? problems : [`${survey.name} has no replica: there is nobody to promote`];
}

/** Why a replica cannot be promoted. */
function problemOf(replica: NodeFacts, survey: Survey, master: NodeFacts, wish: Wish): string | undefined {
  if (replica.trouble) return `cannot be asked: ${replica.trouble.message}`;
  if (!isAt(replica.replicates, master.address)) {
    return `replicates ${replica.replicates ? formatAddress(replica.replicates) : 'nobody'} and not the master`;
  }
  if (replica.info.get('master_link_status') !== 'up') return 'has no link to the master';
  if (priorityOf(replica) === 0) return 'has replica-priority 0: it is never promoted';
  const lagBytes = offsetOf(master) - offsetOf(replica);
  if (lagBytes > wish.maxLagBytes)
    return `is ${lagBytes} bytes behind, more than --max-lag-bytes ${wish.maxLagBytes}`;
  if (!watching(survey).some((sentinel) => canLead(sentinel) && seesWell(sentinel, replica))) {
    return 'is down or disconnected in the eyes of the sentinels';
  }
  return undefined;
}

/** The one that Sentinel would choose, too: the lowest priority, then the furthest. */
function bestOf(replicas: readonly NodeFacts[]): NodeFacts | undefined {
  return replicas.toSorted((a, b) => priorityOf(a) - priorityOf(b) || offsetOf(b) - offsetOf(a))[0];
}

/**
 * The lowest number is chosen, and 0 never. Rivals are not put to 0 for the time being: if we die on the way, what is
 * left is a preference, and no replica that is never promoted again.
 */
function preferencesFor(candidate: NodeFacts, replicas: readonly NodeFacts[]): Preference[] {
  const own = priorityOf(candidate);
  const rivals = replicas.filter(
    (replica) =>
      replica !== candidate && isReached(replica) && priorityOf(replica) > 0 && priorityOf(replica) <= own,
  );
  if (rivals.length === 0) return [];
  const change = (replica: NodeFacts, priority: number): Preference[] => {
    const before = priorityOf(replica);
    return before === priority ? [] : [{ address: replica.address, priority, before }];
  };
  return [
    ...change(candidate, 1),
    ...rivals.filter((rival) => priorityOf(rival) === 1).flatMap((rival) => change(rival, 2)),
  ];
}

function leadersFirst(survey: Survey, candidate: NodeFacts, { coordinated }: Wish): NodeAddress[] {
  const heard = watching(survey);
  const leads = (one: SentinelFacts): boolean =>
    canLead(one) && seesWell(one, candidate) && (!coordinated || canCoordinate(one));
  return [...heard.filter(leads), ...heard.filter((one) => !leads(one))].map(({ address }) => address);
}

function downAfterOf(survey: Survey): number {
  const all = watching(survey).map(({ master }) => toNumber(master.get('down-after-milliseconds')));
  return Math.min(...all.map((ms) => ms ?? Infinity));
}

function canLead({ info, quorumTrouble }: SentinelFacts): boolean {
  return quorumTrouble === undefined && info.get('sentinel_tilt') !== '1';
}

function canCoordinate({ info }: SentinelFacts): boolean {
  return (toNumber(info.get('valkey_version')?.split('.', 1)[0]) ?? 0) >= 9;
}

function seesWell({ replicas }: SentinelFacts, { address }: NodeFacts): boolean {
  const row = replicas.find((one) => isRowOf(one, address));
  return row !== undefined && !hasFlag(row, 's_down', 'o_down', 'disconnected');
}

/** In `INFO`, where sentinels read it. A master's is not shown there. */
function priorityOf({ info }: NodeFacts): number {
  return toNumber(info.get('slave_priority')) ?? 100;
}

function offsetOf({ role, info }: NodeFacts): number {
  return toNumber(info.get(role === 'master' ? 'master_repl_offset' : 'slave_repl_offset')) ?? 0;
}

function canPauseWrites(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 2);
}

function isAt(one: NodeAddress | undefined, other: NodeAddress | undefined): boolean {
  return one !== undefined && other !== undefined && addressKey(one) === addressKey(other);
}
