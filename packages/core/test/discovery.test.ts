import { eventually, startFakeNode, startFakeSentinel } from '@switchmaster/testing';
import { describe, expect, it } from 'vitest';
import { formatAddress, type NodeAddress, type SwitchmasterError } from '../src/index.ts';
import {
  addressOnly,
  at,
  deadAddress,
  hasty,
  leaveNothingBehind,
  loopback,
  overdue,
  quickResolver,
  startFakes,
  startServer,
  within,
} from './support.ts';

leaveNothingBehind();

describe('a cold start', () => {
  it.each([
    ['RESP3, over one connection', 3, [1, 1, 1]],
    ['RESP2, over two, where HELLO is refused', 2, [2, 2, 2]],
  ] as const)('finds the master by %s to each sentinel', async (_, protocol, connections) => {
    await using fakes = await startFakes({ sentinel: { protocol } });
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    await eventually(() => expect(fakes.sentinels.map((fake) => fake.connections)).toEqual(connections));
  });

  it('needs one address of one sentinel; the others are learnt', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses.slice(0, 1) });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    await eventually(() =>
      expect(resolver.topology.sentinels.map(({ port, origin, state }) => [port, origin, state])).toEqual(
        fakes.sentinels.map(({ port }, index) => [port, index === 0 ? 'configured' : 'learnt', 'connected']),
      ),
    );
  });

  it('asks all sentinels at once: two dead ones first in the list cost nothing', async () => {
    await using fakes = await startFakes();
    await Promise.all(fakes.sentinels.slice(0, 2).map((fake) => fake.close()));
    // Whoever waited for them, or for them to be tried again, would wait for longer than the test may take.
    await using resolver = quickResolver({
      sentinels: fakes.addresses,
      ...{ discoveryTimeoutMs: 600_000, backoff: { initialMs: 600_000 } },
    });
    expect(await resolver.master()).toEqual(addressOnly(fakes.master));
  });

  it.each([
    ['the first', [0]],
    ['the second', [1]],
    ['the last', [2]],
    ['the first two', [0, 1]],
  ])('is in time where %s of three hang', async (_, hung) => {
    await using fakes = await startFakes();
    for (const index of hung) at(fakes.sentinels, index).hang();
    // Those that have not answered by then are not waited for any longer, whatever their own deadlines are.
    await using resolver = quickResolver({
      sentinels: fakes.addresses,
      ...{ discoveryTimeoutMs: 300, connectTimeoutMs: 600_000, commandTimeoutMs: 600_000 },
    });
    expect(await resolver.master()).toEqual(addressOnly(fakes.master));
  });

  it('believes the highest config epoch, and the node that confirms it', async () => {
    await using fakes = await startFakes();
    at(fakes.sentinels, 2).master = addressOnly(fakes.replica);
    at(fakes.sentinels, 2).configEpoch = 2;
    fakes.replica.role = 'master';
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    await eventually(() => expect(resolver.topology.master).toEqual(addressOnly(fakes.replica)));
    expect(resolver.topology.configEpoch).toBe(2);
  });

  it('waits for a node that does not say `master` yet', async () => {
    await using fakes = await startFakes();
    fakes.master.role = 'replica';
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    const waiting = resolver.master(within(20_000));
    await eventually(() => expect(fakes.master.received.length > 1).toEqual(true));
    expect(resolver.topology.phase).toBe('discovering');
    fakes.master.promote();
    expect(await waiting).toEqual(addressOnly(fakes.master));
    expect(resolver.topology).toMatchObject({ phase: 'following', verified: true });
  });

  it('waits for sentinels that start later', async () => {
    await using fakes = await startFakes();
    for (const fake of fakes.sentinels) {
      await fake.refuse();
      fake.dropConnections();
    }
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    const waiting = resolver.master(within(20_000));
    await eventually(() =>
      expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(['lost', 'lost', 'lost']),
    );
    await Promise.all(fakes.sentinels.map((fake) => fake.accept()));
    expect(await waiting).toEqual(addressOnly(fakes.master));
  });

  it('takes the name from the URL', async () => {
    await using fakes = await startFakes();
    const hosts = fakes.addresses.map(({ host, port }) => `${host}:${port}`).join(',');
    await using resolver = quickResolver({
      name: undefined,
      sentinels: `redis+sentinel://${hosts}/mymaster`,
    });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    expect(resolver.name).toBe('mymaster');
  });
});

interface Refusal {
  readonly code: string;
  readonly message: string;
  /** It did not wait for the deadline. */
  readonly early: boolean;
}

/** What `master()` says in the end: at once, or when its deadline passes after there is something to say. */
async function refusal(
  sentinels: readonly NodeAddress[],
  expected: RegExp | 'at once',
  name = 'mymaster',
): Promise<Refusal> {
  await using resolver = quickResolver({ name, sentinels, ...hasty });
  const deadline = new AbortController();
  let early = false;
  const waiting = resolver.master({ signal: deadline.signal }).catch((error: unknown) => {
    early = !deadline.signal.aborted;
    return error;
  });
  if (expected !== 'at once') {
    const said = (): Promise<string> => resolver.master(overdue()).then(formatAddress, String);
    await eventually(async () => expected.test(await said()));
    deadline.abort(overdue().signal.reason);
  }
  const { code, message } = (await waiting) as SwitchmasterError;
  return { code, message, early };
}

describe('where there is no master to give, master() says why', () => {
  it('at once: the sentinels do not know the name', async () => {
    await using fakes = await startFakes();
    const asked = fakes.addresses.map(({ port }) => `${loopback}:${port}`).join(', ');
    expect(await refusal(fakes.addresses, 'at once', 'other')).toEqual({
      code: 'NAME_UNKNOWN',
      message: `no master named 'other' is known to ${asked}; check \`name\` against \`sentinel monitor\` there`,
      early: true,
    });
  });

  it('at once, though one sentinel is dead and one hangs', async () => {
    await using fakes = await startFakes();
    await at(fakes.sentinels, 0).close();
    at(fakes.sentinels, 1).hang();
    expect(await refusal(fakes.addresses, 'at once', 'other')).toMatchObject({
      code: 'NAME_UNKNOWN',
      early: true,
    });
  });

  it('not where one of them knows it', async () => {
    await using fakes = await startFakes();
    at(fakes.sentinels, 0).forget('mymaster');
    at(fakes.sentinels, 1).forget('mymaster');
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
  });

  it('at the deadline: nobody is there', async () => {
    const { host, port } = await deadAddress();
    expect(await refusal([{ host, port }], /ECONNREFUSED/)).toEqual({
      code: 'SENTINELS_UNREACHABLE',
      message: `no sentinel answers for 'mymaster' (asked ${loopback}:${port}): sentinel ${loopback}:${port} cannot be reached: connect ECONNREFUSED ${loopback}:${port} (the caller's deadline passed)`,
      early: false,
    });
  });

  it('at the deadline: everybody hangs', async () => {
    await using fake = await startFakeSentinel({ host: loopback });
    fake.hang();
    expect(await refusal([fake], /did not answer HELLO/)).toEqual({
      code: 'SENTINELS_UNREACHABLE',
      message: `no sentinel answers for 'mymaster' (asked ${loopback}:${fake.port}): sentinel ${loopback}:${fake.port} did not answer HELLO within 500 ms (the caller's deadline passed)`,
      early: false,
    });
  });

  it('at the deadline: a data node was given as a sentinel', async () => {
    await using node = await startFakeNode({ host: loopback });
    expect(await refusal([node], /no sentinel; name/)).toEqual({
      code: 'PROTOCOL_ERROR',
      message: `sentinel ${loopback}:${node.port} is a Redis node and no sentinel; name the sentinels' port (26379 by default) (the caller's deadline passed)`,
      early: false,
    });
  });

  it('at the deadline: what is there speaks no Redis', async () => {
    await using web = await startServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await refusal([web], /does not speak/)).toMatchObject({
      code: 'PROTOCOL_ERROR',
      message: expect.stringContaining(
        `sentinel ${loopback}:${web.port} does not speak the Redis protocol: `,
      ) as string,
    });
  });

  it('at the deadline: the master cannot be reached', async () => {
    await using fakes = await startFakes();
    await fakes.master.close();
    const { port } = fakes.master;
    expect(await refusal(fakes.addresses, /ECONNREFUSED/)).toEqual({
      code: 'MASTER_UNREACHABLE',
      message: `${loopback}:${port}, which the sentinels name as the master 'mymaster', gives no answer: node ${loopback}:${port} cannot be reached: connect ECONNREFUSED ${loopback}:${port} (the caller's deadline passed)`,
      early: false,
    });
  });

  it('at the deadline: the master is a replica', async () => {
    await using fakes = await startFakes();
    fakes.master.role = 'replica';
    expect(await refusal(fakes.addresses, /says that it is a replica/)).toEqual({
      code: 'ROLE_MISMATCH',
      message: `${loopback}:${fakes.master.port}, which the sentinels name as the master 'mymaster', says that it is a replica (the caller's deadline passed)`,
      early: false,
    });
  });

  it('at the deadline: the master is a sentinel', async () => {
    await using fakes = await startFakes({ sentinels: 2 });
    const [one, other] = [at(fakes.sentinels, 0), at(fakes.sentinels, 1)];
    for (const fake of fakes.sentinels) fake.master = addressOnly(other);
    expect(await refusal([one], /is a sentinel, not/)).toEqual({
      code: 'ROLE_MISMATCH',
      message: `node ${loopback}:${other.port} is a sentinel, not a Redis node (the caller's deadline passed)`,
      early: false,
    });
  });

  it('at the deadline: the master speaks no Redis', async () => {
    await using fakes = await startFakes();
    await using web = await startServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    for (const fake of fakes.sentinels) fake.master = addressOnly(web);
    expect(await refusal(fakes.addresses, /does not speak/)).toMatchObject({
      code: 'PROTOCOL_ERROR',
      message: expect.stringContaining(
        `node ${loopback}:${web.port} does not speak the Redis protocol: `,
      ) as string,
    });
  });

  it('and connect() says the same', async () => {
    await using fakes = await startFakes();
    await using unknown = quickResolver({ name: 'other', sentinels: fakes.addresses });
    await expect(unknown.connect(within(20_000))).rejects.toMatchObject({ code: 'NAME_UNKNOWN' });
    fakes.master.role = 'replica';
    await using mismatch = quickResolver({ sentinels: fakes.addresses });
    await eventually(() =>
      expect(mismatch.connect(within(100))).rejects.toMatchObject({ code: 'ROLE_MISMATCH' }),
    );
  });
});
