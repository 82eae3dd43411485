import { once } from 'node:events';
import { connect } from 'node:net';
import { eventually, startCluster, whileAwake } from '@switchmaster/testing';
import { describe, expect, it } from 'vitest';
import {
  createClientFactory,
  type ClientFactory,
  type NodeAddress,
  type Resolver,
  type ResolverOptions,
} from '../src/index.ts';
import {
  addressOnly,
  ask,
  at,
  type Fakes,
  leaveNothingBehind,
  quickResolver,
  resolverOf,
  startFakes,
  within,
} from './support.ts';

leaveNothingBehind();

/** A client that cannot be moved. */
interface Client {
  readonly address: NodeAddress;
  closed: boolean;
}

interface Scene extends AsyncDisposable {
  readonly fakes: Fakes;
  readonly resolver: Resolver;
  readonly clients: ClientFactory<Client>;
  readonly made: Client[];
  readonly errors: string[];
  /** Runs before each client is made, and may throw. */
  beforeCreate: (address: NodeAddress) => void | Promise<void>;
  beforeClose: () => void | Promise<void>;
}

async function settle(options: Partial<ResolverOptions> = {}, host?: string): Promise<Scene> {
  const fakes = await startFakes(host === undefined ? {} : { host });
  const resolver = quickResolver({ sentinels: fakes.addresses, ...options });
  const made: Client[] = [];
  const errors: string[] = [];
  resolver.on('error', ({ message }) => void errors.push(message));
  const clients = createClientFactory<Client>(resolver, {
    create: async (address) => {
      await scene.beforeCreate(address);
      const client = { address, closed: false };
      made.push(client);
      return client;
    },
    close: async (client) => {
      await scene.beforeClose();
      client.closed = true;
    },
  });
  const scene: Scene = {
    ...{ fakes, resolver, clients, made, errors },
    beforeCreate: () => {},
    beforeClose: () => {},
    async [Symbol.asyncDispose]() {
      await clients.close();
      await resolver.close();
      await fakes[Symbol.asyncDispose]();
    },
  };
  return scene;
}

function failOver({ fakes }: Scene): void {
  fakes.announce(fakes.replica);
  fakes.replica.promote();
}

describe('a client factory', () => {
  it('makes one client per master, when it is asked for', async () => {
    await using scene = await settle();
    const { clients, made, fakes } = scene;
    expect(made).toEqual([]);
    const [one, two] = await Promise.all([clients.get(within(20_000)), clients.get(within(20_000))]);
    expect(one).toBe(two);
    expect(await clients.get()).toBe(one);
    expect(made).toEqual([{ address: addressOnly(fakes.master), closed: false }]);
  });

  it('closes it when its master is left, and makes another one', async () => {
    await using scene = await settle();
    const { clients, made, fakes } = scene;
    const old = await clients.get(within(20_000));
    failOver(scene);
    await eventually(() => expect(old.closed).toBe(true));
    const fresh = await clients.get(within(20_000));
    expect(fresh.address).toEqual(addressOnly(fakes.replica));
    expect(made).toHaveLength(2);
  });

  it('makes the next one at the move, before anybody asks for it', async () => {
    await using scene = await settle();
    const { clients, made, fakes } = scene;
    await clients.get(within(20_000));
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(scene.resolver.topology.phase).toBe('holding'));
    expect(made).toHaveLength(1);
    fakes.promote(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(made).toHaveLength(2));
    expect(await clients.get(within(20_000))).toBe(made[1]);
    expect(made[1]).toEqual({ address: addressOnly(fakes.replica), closed: false });
  });

  it('makes none where nobody has asked for one', async () => {
    await using scene = await settle();
    const { made, fakes, resolver } = scene;
    await resolver.master(within(20_000));
    failOver(scene);
    await eventually(() => expect(resolver.topology.master).toEqual(addressOnly(fakes.replica)));
    await resolver.master(within(20_000));
    expect(made).toEqual([]);
  });

  it('makes it again when it is asked for, where that failed at the move', async () => {
    await using scene = await settle();
    const { clients, made, fakes } = scene;
    await clients.get(within(20_000));
    const tried: NodeAddress[] = [];
    scene.beforeCreate = (address) => {
      tried.push(address);
      throw new Error('boom');
    };
    failOver(scene);
    await eventually(() => expect(tried).toEqual([addressOnly(fakes.replica)]));
    scene.beforeCreate = () => {};
    expect((await clients.get(within(20_000))).address).toEqual(addressOnly(fakes.replica));
    expect(made).toHaveLength(2);
  });

  it('closes one that is still being made when its master is left as well', async () => {
    await using scene = await settle();
    const { clients, made, fakes, resolver } = scene;
    const first = await clients.get(within(20_000));
    let finish: (() => void) | undefined;
    scene.beforeCreate = () => new Promise((resolve) => (finish = resolve));
    failOver(scene);
    await eventually(() => expect(finish).toBeDefined());
    scene.beforeCreate = () => {};
    for (const sentinel of fakes.sentinels) sentinel.configEpoch = 3;
    fakes.announce(fakes.master);
    await eventually(() => expect(resolver.topology.master).toEqual(addressOnly(fakes.master)));
    const last = await clients.get(within(20_000));
    finish?.();
    await eventually(() => expect(made.map(({ closed }) => closed)).toEqual([true, false, true]));
    expect(made).toEqual([first, last, { address: addressOnly(fakes.replica), closed: true }]);
    expect(last.address).toEqual(addressOnly(fakes.master));
  });

  it('hands nobody a client of a master that was left, also not one that was waited for', async () => {
    await using scene = await settle();
    const { clients, made, fakes } = scene;
    let finish = (): void => {};
    scene.beforeCreate = () => new Promise((resolve) => (finish = resolve));
    const waiting = clients.get(within(20_000));
    const first = finish;
    await eventually(() => expect(finish).not.toBe(first));
    const slow = finish;
    scene.beforeCreate = () => {};
    failOver(scene);
    await eventually(() => expect(scene.resolver.topology.master).toEqual(addressOnly(fakes.replica)));
    slow();
    expect((await waiting).address).toEqual(addressOnly(fakes.replica));
    await eventually(() => expect(made.filter(({ closed }) => closed)).toHaveLength(1));
    expect(made.find(({ closed }) => closed)?.address).toEqual(addressOnly(fakes.master));
  });

  it('waits while traffic is held', async () => {
    await using scene = await settle();
    const { clients, fakes, resolver } = scene;
    await clients.get(within(20_000));
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(resolver.topology.phase).toBe('holding'));
    await expect(clients.get(within(20))).rejects.toThrow('traffic is held (failover)');
    fakes.promote(at(fakes.sentinels, 0), fakes.replica);
    expect((await clients.get(within(20_000))).address).toEqual(addressOnly(fakes.replica));
  });

  it('keeps the client where the failover is called off', async () => {
    await using scene = await settle({ hold: { timeoutMs: 50 } });
    const { clients, fakes, resolver } = scene;
    const client = await clients.get(within(20_000));
    const held = new Promise<void>((resolve) => resolver.on('hold', () => resolve()));
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    await held;
    expect(await clients.get(within(20_000))).toBe(client);
    expect(client.closed).toBe(false);
  });

  it('throws what create throws, and tries again the next time', async () => {
    await using scene = await settle();
    const { clients } = scene;
    const boom = new Error('boom');
    scene.beforeCreate = () => {
      throw boom;
    };
    await expect(clients.get(within(20_000))).rejects.toBe(boom);
    scene.beforeCreate = () => {};
    expect((await clients.get(within(20_000))).closed).toBe(false);
  });

  it('is not disturbed by a client that cannot be closed', async () => {
    await using scene = await settle();
    const { clients, fakes } = scene;
    await clients.get(within(20_000));
    scene.beforeClose = () => {
      throw new Error('boom');
    };
    failOver(scene);
    await eventually(() => expect(scene.resolver.topology.master).toEqual(addressOnly(fakes.replica)));
    expect((await clients.get(within(20_000))).address).toEqual(addressOnly(fakes.replica));
  });

  it('gives clients the address to dial', async () => {
    const mapAddress = ({ port }: NodeAddress): NodeAddress => ({ host: 'localhost', port });
    await using scene = await settle({ mapAddress }, '127.0.0.1');
    expect((await scene.clients.get(within(20_000))).address).toEqual({
      host: 'localhost',
      port: scene.fakes.master.port,
    });
  });

  it('ends with its signal while a client is being made; who comes next gets that client', async () => {
    await using scene = await settle();
    const { clients, made } = scene;
    let finish = (): void => {};
    scene.beforeCreate = () => new Promise((resolve) => (finish = resolve));
    await scene.resolver.master(within(20_000));
    await expect(clients.get(within(20))).rejects.toMatchObject({
      code: 'TIMED_OUT',
      cause: { name: 'TimeoutError' },
    });
    const reason = new Error('changed my mind');
    await expect(clients.get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    finish();
    const client = await clients.get(within(20_000));
    expect(made).toEqual([client]);
  });

  it('closes its client with itself, leaves the resolver open, and gives no more', async () => {
    await using scene = await settle();
    const { clients, resolver, fakes } = scene;
    const client = await clients.get(within(20_000));
    await clients.close();
    expect(client.closed).toBe(true);
    await expect(clients.get()).rejects.toMatchObject({
      code: 'CLOSED',
      message: 'the client factory was closed',
    });
    expect(await resolver.master()).toEqual(addressOnly(fakes.master));
    await clients.close();
  });

  it('rejects who waits when it is closed, and closes the client that comes too late', async () => {
    await using scene = await settle();
    const { clients, made } = scene;
    let finish: (() => void) | undefined;
    scene.beforeCreate = () => new Promise((resolve) => (finish = resolve));
    const waiting = clients.get(within(20_000));
    await eventually(() => expect(finish).toBeDefined());
    const closing = clients.close();
    finish?.();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    await closing;
    expect(made).toMatchObject([{ closed: true }]);
  });

  it('makes none for who waited while it was closed', async () => {
    await using scene = await settle();
    const { clients, made, fakes, resolver } = scene;
    await clients.get(within(20_000));
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(resolver.topology.phase).toBe('holding'));
    const waiting = clients.get(within(20_000));
    await clients.close();
    fakes.promote(at(fakes.sentinels, 0), fakes.replica);
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    expect(made).toMatchObject([{ closed: true }]);
  });

  it('rejects who waits when its resolver is closed', async () => {
    await using scene = await settle();
    const { clients, resolver, fakes } = scene;
    await clients.get(within(20_000));
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(resolver.topology.phase).toBe('holding'));
    const waiting = clients.get(within(20_000));
    await resolver.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(clients.get()).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('refuses a signal that has fired, and a closed resolver, also where there is a client', async () => {
    await using scene = await settle();
    const { clients, resolver } = scene;
    const client = await clients.get(within(20_000));
    const reason = new Error('changed my mind');
    await expect(clients.get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await clients.get()).toBe(client);
    await resolver.close();
    await expect(clients.get()).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('is disposed of', async () => {
    const scene = await settle();
    let client: Client | undefined;
    {
      await using clients = scene.clients;
      client = await clients.get(within(20_000));
    }
    expect(client.closed).toBe(true);
    await scene[Symbol.asyncDispose]();
  });
});

/** A replica's connections are killed when it is promoted, and a plain socket does not come back. */
it('a client that cannot reconnect survives a real failover', () =>
  whileAwake(async () => {
    await using cluster = await startCluster();
    await using resolver = resolverOf(cluster);
    await using clients = createClientFactory(resolver, {
      create: async (address) => {
        const socket = connect(address);
        await once(socket, 'connect');
        return socket;
      },
      close: (socket) => socket.destroy(),
    });
    const old = await cluster.master();
    const before = await clients.get(within(20_000));
    expect(await ask(before, 'SET before 1')).toBe('+OK');
    await cluster.failover();
    await eventually(() => expect(before.destroyed).toBe(true), { timeoutMs: 20_000 });
    const after = await clients.get(within(20_000));
    expect(await ask(after, 'SET after 1')).toBe('+OK');
    expect(after.remotePort).toBe((await cluster.masterAfter(old)).port);
  }));
