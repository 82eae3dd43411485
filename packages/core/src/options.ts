import { formatAddress, isHost, isPort, type NodeAddress } from './address.ts';
import { hasBrand, sentinelSetBrand } from './brand.ts';
import { isEmpty } from './credentials.ts';
import { SwitchmasterError } from './errors.ts';
import { addressesExpected, parseSentinel, parseSentinelUrl } from './sentinel-url.ts';
import { duration, invalid, kindOf, knownKeys, oneOf, show } from './invalid.ts';
import { checkServer, type CheckedServer, type ServerOptions } from './server-options.ts';
import type { SentinelSet } from './sentinel-set.ts';
import type { Settings } from './topology.ts';

/** What the connections to sentinels and nodes have in common. */
export interface ConnectionTimings {
  /** Deadline for TCP and TLS to be up, in milliseconds. Default 1000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Deadline for the answer to each command that switchmaster sends, in milliseconds. Default 1000. */
  readonly commandTimeoutMs?: number | undefined;
  /** Deadline for an answer of `credentials()`, in milliseconds. Default 5000. */
  readonly credentialsTimeoutMs?: number | undefined;
}

/** Options of {@link createSentinelSet}. */
export interface SentinelSetOptions extends ConnectionTimings {
  /**
   * Where the sentinels are: addresses, `'host:port'` texts (26379 where no port is given), or one URL,
   * `'redis+sentinel://user:password@s1:26379,s2:26379/mymaster'` (`rediss+sentinel:` for TLS to the
   * sentinels). One that answers is enough: the others are learnt. The URL's user and password are those of
   * the sentinels.
   */
  readonly sentinels: readonly (NodeAddress | string)[] | string;
  /** How to talk to sentinels. Default: no authentication, plain TCP. */
  readonly sentinel?: ServerOptions | undefined;
  /**
   * Announced address → address to dial, for NAT and containers; applied to sentinels that were learnt as
   * well. Default: the same.
   */
  readonly mapAddress?: ((address: NodeAddress) => NodeAddress) | undefined;
  /** A sentinel silent for this long is sent a `PING`, in milliseconds. Default 500. */
  readonly pingIntervalMs?: number | undefined;
  /**
   * How often each sentinel is asked though nothing happened, in milliseconds, give or take a fifth. Events
   * come at once; this catches one that was missed. Default 5000.
   */
  readonly refreshIntervalMs?: number | undefined;
  /** Pause before a lost sentinel is dialled again: it doubles from the first to the last. Default 50 to 1000 ms. */
  readonly backoff?:
    | { readonly initialMs?: number | undefined; readonly maxMs?: number | undefined }
    | undefined;
}

/** Options of {@link createResolver}. */
export interface ResolverOptions extends Omit<SentinelSetOptions, 'sentinels'> {
  /** The master's name in the sentinels' configuration. May be left out where the URL has it. */
  readonly name?: string | undefined;
  /** Where the sentinels are (see {@link SentinelSetOptions.sentinels}), or a set that is shared. */
  readonly sentinels: readonly (NodeAddress | string)[] | string | SentinelSet;
  /** How to talk to Redis nodes, to ask for their `ROLE` and in `connect()`. */
  readonly node?: ServerOptions | undefined;
  /**
   * When to move in a failover. `'promotion'`: as soon as the promoted replica says `master`, about a second
   * before any sentinel announces it. `'announcement'`: when a sentinel has published `+switch-master`; for
   * those who rather wait than follow a leader that might fail in that second. Default `'promotion'`.
   */
  readonly switchOn?: 'promotion' | 'announcement' | undefined;
  /**
   * Hold traffic while a failover is about to promote a replica, for at most `timeoutMs` (default 2000), so
   * that nothing is written to the old master and lost. `false`: never hold. Default: hold.
   */
  readonly hold?: false | { readonly timeoutMs?: number | undefined } | undefined;
  /**
   * What to do while a majority of the sentinels is out of sight, when the master may already be the wrong
   * one: go on, or hold traffic until they are back. Default `'continue'`.
   */
  readonly onMinority?: 'continue' | 'hold' | undefined;
  /** How often the master is asked for its role, in milliseconds, give or take a fifth. Default 1000. */
  readonly roleIntervalMs?: number | undefined;
  /**
   * How long the first decision waits for a majority of the sentinels to answer, in milliseconds, at most: once a
   * sentinel has named a master that says so itself, the others get three times as long as that one took, and 50 ms at
   * least. With `onMinority: 'hold'` they get all of it. Default 300.
   */
  readonly discoveryTimeoutMs?: number | undefined;
}

/** Whether `value` is a {@link SentinelSet}, also one made by another copy of this package. */
export function isSentinelSet(value: unknown): value is SentinelSet {
  return hasBrand(value, sentinelSetBrand);
}

export interface CheckedSetOptions {
  readonly sentinels: readonly NodeAddress[];
  readonly server: CheckedServer;
  readonly mapAddress: (address: NodeAddress) => NodeAddress;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly credentialsTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly refreshIntervalMs: number;
  readonly backoff: { readonly initialMs: number; readonly maxMs: number };
}

export interface CheckedResolverOptions {
  readonly name: string;
  /** A set to share, or the options of one of the resolver's own. */
  readonly sentinels: SentinelSet | CheckedSetOptions;
  readonly node: CheckedServer;
  readonly mapAddress: (address: NodeAddress) => NodeAddress;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly credentialsTimeoutMs: number;
  readonly roleIntervalMs: number;
  readonly settings: Omit<Settings, 'minorityAfterMs'>;
}

const timingNames = ['connectTimeoutMs', 'commandTimeoutMs', 'credentialsTimeoutMs'] as const;
const setOnlyNames = ['sentinel', 'pingIntervalMs', 'refreshIntervalMs', 'backoff'] as const;
const setNames = ['sentinels', 'mapAddress', ...timingNames, ...setOnlyNames] as const;
const resolverNames = [
  ...setNames,
  'name',
  'node',
  'switchOn',
  'hold',
  'onMinority',
  'roleIntervalMs',
  'discoveryTimeoutMs',
] as const;

/** Checks everything at once, so that bad input is told where it was given and not at the first failover. */
export function checkResolverOptions(options: ResolverOptions): CheckedResolverOptions {
  knownKeys(options, 'createResolver()', resolverNames);
  const url = typeof options.sentinels === 'string' ? parseSentinelUrl(options.sentinels) : undefined;
  return {
    name: checkName(options.name, url?.name),
    sentinels: checkShared(options) ?? checkSet(options, options.sentinels),
    node: checkServer(options.node, 'node'),
    mapAddress: checkMap(options.mapAddress),
    connectTimeoutMs: duration(options.connectTimeoutMs, 'connectTimeoutMs', 1000),
    commandTimeoutMs: duration(options.commandTimeoutMs, 'commandTimeoutMs', 1000),
    credentialsTimeoutMs: duration(options.credentialsTimeoutMs, 'credentialsTimeoutMs', 5000),
    roleIntervalMs: duration(options.roleIntervalMs, 'roleIntervalMs', 1000),
    settings: {
      switchOn: oneOf(options.switchOn, 'switchOn', ['promotion', 'announcement']),
      holdTimeoutMs: checkHold(options.hold),
      onMinority: oneOf(options.onMinority, 'onMinority', ['continue', 'hold']),
      discoveryTimeoutMs: duration(options.discoveryTimeoutMs, 'discoveryTimeoutMs', 300),
    },
  };
}

export function checkSetOptions(options: SentinelSetOptions): CheckedSetOptions {
  knownKeys(options, 'createSentinelSet()', setNames);
  return checkSet(options, options.sentinels);
}

function checkSet(options: Omit<SentinelSetOptions, 'sentinels'>, sentinels: unknown): CheckedSetOptions {
  const url = typeof sentinels === 'string' ? parseSentinelUrl(sentinels) : undefined;
  const { credentials, tls, lookup } = checkServer(options.sentinel, 'sentinel');
  const { backoff = {} } = options;
  knownKeys(backoff, '`backoff`', ['initialMs', 'maxMs']);
  const initialMs = duration(backoff.initialMs, 'backoff.initialMs', 50);
  return {
    sentinels: url?.sentinels ?? checkAddresses(sentinels),
    server: {
      credentials: isEmpty(credentials) && url ? url.credentials : credentials,
      tls: tls ?? (url?.secure ? {} : undefined),
      lookup,
    },
    mapAddress: checkMap(options.mapAddress),
    connectTimeoutMs: duration(options.connectTimeoutMs, 'connectTimeoutMs', 1000),
    commandTimeoutMs: duration(options.commandTimeoutMs, 'commandTimeoutMs', 1000),
    credentialsTimeoutMs: duration(options.credentialsTimeoutMs, 'credentialsTimeoutMs', 5000),
    pingIntervalMs: duration(options.pingIntervalMs, 'pingIntervalMs', 500),
    refreshIntervalMs: duration(options.refreshIntervalMs, 'refreshIntervalMs', 5000),
    backoff: {
      initialMs,
      maxMs: duration(backoff.maxMs, 'backoff.maxMs', Math.max(1000, initialMs)),
    },
  };
}

/** A set that was handed in has been told how to talk to sentinels already. */
function checkShared(options: ResolverOptions): SentinelSet | undefined {
  if (!isSentinelSet(options.sentinels)) return undefined;
  const misplaced = setOnlyNames.find((key) => options[key] !== undefined);
  if (misplaced)
    throw invalid(misplaced, 'to be given to createSentinelSet(), which made `sentinels`', 'it here');
  return options.sentinels;
}

function checkName(name: unknown, nameInUrl: string | undefined): string {
  const given = name === undefined ? nameInUrl : name;
  if (typeof given !== 'string' || !/^\S+$/.test(given)) {
    throw invalid(
      'name',
      "the master's name in the sentinels' configuration, such as 'mymaster'",
      show(given),
    );
  }
  if (nameInUrl !== undefined && given !== nameInUrl) {
    throw invalid('name', `the same as in the URL in \`sentinels\`, ${show(nameInUrl)}`, show(given));
  }
  return given;
}

function checkAddresses(sentinels: unknown): NodeAddress[] {
  if (!Array.isArray(sentinels) || sentinels.length === 0) {
    const got = Array.isArray(sentinels) ? 'none' : show(sentinels);
    throw invalid('sentinels', `one or more ${addressesExpected}`, got);
  }
  return sentinels.map((one: unknown, index) => checkAddress(one, `sentinels[${index}]`));
}

function checkAddress(address: unknown, option: string): NodeAddress {
  if (typeof address === 'string') return parseSentinel(address, option);
  const { host, port } = (address ?? {}) as Partial<NodeAddress>;
  // A text that is no host may be a URL with a password in it.
  if (typeof host !== 'string' || !isHost(host))
    throw invalid(`${option}.host`, 'a host name or IP address', host ? kindOf(host) : show(host));
  if (typeof port !== 'number' || !isPort(port))
    throw invalid(`${option}.port`, 'a port from 1 to 65535', show(port));
  return Object.freeze({ host, port });
}

type AddressMap = (address: NodeAddress) => NodeAddress;

const same: AddressMap = (address) => address;
/** So that resolvers with the same function have the same one still. */
const checkedMaps = new WeakMap<AddressMap, AddressMap>();

function checkMap(map: SentinelSetOptions['mapAddress']): AddressMap {
  if (map === undefined) return same;
  if (typeof map !== 'function') throw invalid('mapAddress', 'a function from address to address', show(map));
  const checked: AddressMap = checkedMaps.get(map) ?? ((address) => checkMapped(map, address));
  checkedMaps.set(map, checked);
  return checked;
}

function checkMapped(map: AddressMap, address: NodeAddress): NodeAddress {
  const call = `mapAddress(${formatAddress(address)})`;
  return checkAddress(callMap(map, address, call), call);
}

function callMap(map: (address: NodeAddress) => unknown, { host, port }: NodeAddress, call: string): unknown {
  try {
    return map({ host, port });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SwitchmasterError('INVALID_OPTION', `\`${call}\` threw: ${why}`, { cause });
  }
}

function checkHold(hold: ResolverOptions['hold']): number | undefined {
  if (hold === false) return undefined;
  if (hold !== undefined && (typeof hold !== 'object' || hold === null)) {
    throw invalid('hold', 'false or { timeoutMs }', show(hold));
  }
  knownKeys(hold ?? {}, '`hold`', ['timeoutMs']);
  return duration(hold?.timeoutMs, 'hold.timeoutMs', 2000);
}
