import { describe, expect, it } from 'vitest';
import { addressKey, type NodeAddress } from './address.ts';
import type { SentinelView } from './consensus.ts';
import { diagnose, isHopeless } from './diagnosis.ts';
import { SwitchmasterError } from './errors.ts';
import type { NodeRole } from './sentinel-messages.ts';
import { emptyTopology, type Topology, type Unreachable } from './topology.ts';

const A = { host: 'r1', port: 6379 };

function sentinel(name: string, view: Partial<SentinelView>): [string, SentinelView] {
  const address = { host: name, port: 26379 };
  const base = { id: undefined, configured: true, lastSeenAt: 0, report: undefined, error: undefined };
  return [addressKey(address), { address, state: 'connected', ...base, ...view }];
}

const connecting = (name: string): [string, SentinelView] => sentinel(name, { state: 'connecting' });
const waits = (name: string): [string, SentinelView] => sentinel(name, {});
const lost = (name: string, error: Error): [string, SentinelView] => sentinel(name, { state: 'lost', error });
const refuses = (name: string, error: Error): [string, SentinelView] => sentinel(name, { error });
const says = (name: string, master: NodeAddress | undefined): [string, SentinelView] =>
  sentinel(name, {
    report: {
      master,
      configEpoch: 1,
      leading: false,
      failover: undefined,
      replicas: [],
      undemoted: [],
      peers: [],
      askedAt: 0,
    },
  });

const settings = {
  switchOn: 'promotion',
  holdTimeoutMs: 2000,
  onMinority: 'continue',
  discoveryTimeoutMs: 300,
  minorityAfterMs: 1000,
} as const;

interface Known {
  readonly sentinels: [string, SentinelView][];
  readonly role?: NodeRole | Unreachable;
  readonly master?: NodeAddress;
  readonly heldFor?: 'failover';
}

function topology({ sentinels, role, master, heldFor }: Known): Topology {
  return {
    ...emptyTopology(settings, 0),
    sentinels: new Map(sentinels),
    master,
    roles: new Map(role && [[addressKey(A), { ...role, at: 0 }]]),
    hold: heldFor && { reason: heldFor, id: heldFor, limited: true, since: 0, heldSince: 0 },
  };
}

const unreachable = (message: string): SwitchmasterError =>
  new SwitchmasterError('SENTINELS_UNREACHABLE', message);
const authRefused = new SwitchmasterError('AUTH_REFUSED', 'sentinel s2:26379 refused us with WRONGPASS');
const noRedis = new SwitchmasterError('PROTOCOL_ERROR', 'sentinel s2:26379 does not speak TLS');
const named = "r1:6379, which the sentinels name as the master 'mymaster'";

const cases: readonly (Known & { title: string; code: string; message: string; hopeless?: boolean })[] = [
  {
    title: 'nobody has answered yet',
    sentinels: [connecting('s1'), waits('s2')],
    code: 'SENTINELS_UNREACHABLE',
    message: "no sentinel answers for 'mymaster' (asked s1:26379, s2:26379)",
  },
  {
    title: 'nobody can be reached: all reasons are given',
    sentinels: [lost('s1', unreachable('s1 is away')), lost('s2', unreachable('s2 is too'))],
    code: 'SENTINELS_UNREACHABLE',
    message: "no sentinel answers for 'mymaster' (asked s1:26379, s2:26379): s1 is away; s2 is too",
  },
  {
    title: 'a refusal tells more than a sentinel that is away',
    sentinels: [lost('s1', unreachable('s1 is away')), lost('s2', authRefused)],
    code: 'AUTH_REFUSED',
    message: authRefused.message,
    hopeless: true,
  },
  {
    title: 'a refusal is no reason to give up as long as somebody has yet to answer',
    sentinels: [connecting('s1'), lost('s2', authRefused)],
    code: 'AUTH_REFUSED',
    message: authRefused.message,
  },
  {
    title: 'a sentinel that answers and may not be asked',
    sentinels: [refuses('s2', authRefused)],
    code: 'AUTH_REFUSED',
    message: authRefused.message,
    hopeless: true,
  },
  {
    title: 'what speaks no Redis may be mended while we wait',
    sentinels: [lost('s2', noRedis)],
    code: 'PROTOCOL_ERROR',
    message: noRedis.message,
  },
  {
    title: 'an error that is none of ours',
    sentinels: [lost('s1', new Error('boom'))],
    code: 'SENTINELS_UNREACHABLE',
    message: "no sentinel answers for 'mymaster' (asked s1:26379): boom",
  },
  {
    title: 'the name is known to nobody who answers',
    sentinels: [says('s1', undefined), says('s2', undefined), lost('s3', unreachable('away'))],
    code: 'NAME_UNKNOWN',
    message:
      "no master named 'mymaster' is known to s1:26379, s2:26379; check `name` against `sentinel monitor` there",
    hopeless: true,
  },
  {
    title: 'the name is unknown to one, and another has yet to answer',
    sentinels: [says('s1', undefined), connecting('s2')],
    code: 'NAME_UNKNOWN',
    message: "no master named 'mymaster' is known to s1:26379; check `name` against `sentinel monitor` there",
  },
  {
    title: 'the name was known once',
    sentinels: [says('s1', undefined)],
    master: A,
    role: { kind: 'master' },
    code: 'TIMED_OUT',
    message: `no verified master 'mymaster' yet: ${named}: it has not confirmed it yet`,
  },
  {
    title: 'the master has not been asked yet',
    sentinels: [says('s1', A)],
    code: 'TIMED_OUT',
    message: `no verified master 'mymaster' yet: ${named}: it has not confirmed it yet`,
  },
  {
    title: 'traffic is held',
    sentinels: [says('s1', A)],
    master: A,
    role: { kind: 'master' },
    heldFor: 'failover',
    code: 'TIMED_OUT',
    message: `no verified master 'mymaster' yet: ${named}: traffic is held (failover)`,
  },
  {
    title: 'the master cannot be reached',
    sentinels: [says('s1', A)],
    role: { kind: 'unreachable', error: new Error('connect ECONNREFUSED') },
    code: 'MASTER_UNREACHABLE',
    message: `${named}, gives no answer: connect ECONNREFUSED`,
  },
  {
    title: 'the master is a replica',
    sentinels: [says('s1', A)],
    role: { kind: 'replica', of: undefined, linkUp: false },
    code: 'ROLE_MISMATCH',
    message: `${named}, says that it is a replica`,
  },
  {
    title: 'the master refuses us',
    sentinels: [says('s1', A)],
    role: { kind: 'unreachable', error: authRefused },
    code: 'AUTH_REFUSED',
    message: authRefused.message,
    hopeless: true,
  },
  {
    title: 'the master refuses us now, and did not before',
    sentinels: [says('s1', A)],
    master: A,
    role: { kind: 'unreachable', error: authRefused },
    code: 'AUTH_REFUSED',
    message: authRefused.message,
  },
];

describe('diagnose, where', () => {
  it.each(cases)('$title', ({ code, message, hopeless = false, ...known }) => {
    const t = topology(known);
    const diagnosis = diagnose('mymaster', t);
    expect(diagnosis).toMatchObject({ name: 'SwitchmasterError', code, message });
    expect(isHopeless(t, diagnosis)).toBe(hopeless);
  });
});
