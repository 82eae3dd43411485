import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createResolver, type Resolver, type ResolverOptions } from '@switchmaster/core';
import {
  eventually,
  selfSignedCertificate,
  startCluster,
  until,
  whileAwake,
  type Cluster,
  type ClusterNode,
} from '@switchmaster/testing';
import * as redis from 'redis';
import * as redis5 from 'redis5';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { createFollowingPool, type Library } from '../src/following.ts';
import { follow } from './harness.ts';

type Client = ReturnType<typeof redis.createClient>;
type Pool = ReturnType<typeof redis.createClientPool>;

const libraries: [name: string, library: Library][] = [
  ['node-redis 6', redis],
  ['node-redis 5', redis5],
];

describe.each(libraries)('%s', (_, library) => {
  let cluster: Cluster;
  let resolver: Resolver;
  const clients: Client[] = [];

  beforeEach(async () => {
    cluster = await startCluster({ replicas: 1, nodeConfig: { 'repl-diskless-sync': 'no' } });
    resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) if (client.isOpen) client.destroy();
    await resolver.close();
    await cluster.stop();
  });

  const connect = async (
    options: object = {},
    source: Resolver | ResolverOptions = resolver,
  ): Promise<Client> => {
    const client = follow(library, source, options);
    clients.push(client);
    await client.connect();
    return client;
  };
  const failOver = async (): Promise<ClusterNode> => {
    const old = await cluster.master();
    await cluster.failover();
    return cluster.masterAfter(old);
  };

  it('views, scripts, iterators and the legacy interface go on', async () => {
    const script = redis.defineScript({
      NUMBER_OF_KEYS: 1,
      SCRIPT: "return redis.call('INCRBY', KEYS[1], ARGV[1])",
      parseCommand: (parser, key: string, by: number) => {
        parser.pushKey(key);
        parser.push(String(by));
      },
      transformReply: (reply: unknown) => Number(reply),
    });
    const client = (await connect({ scripts: { add: script } })) as Client & {
      add(key: string, by: number): Promise<number>;
    };
    const buffers = client.withTypeMapping({ [redis.RESP_TYPES.BLOB_STRING]: Buffer });
    const legacy = client.legacy();
    await client.mSet(Array.from({ length: 500 }, (__, i): [string, string] => [`key:${i}`, String(i)]));
    const scan = client.scanIterator({ MATCH: 'key:*', COUNT: 20 });
    const seen = new Set<string>();
    const take = async (enough: number): Promise<void> => {
      for (let step = await scan.next(); !step.done; step = await scan.next()) {
        for (const key of step.value) seen.add(key);
        if (seen.size >= enough) return;
      }
    };
    await take(100);
    assert.equal(await client.add('sum', 2), 2);
    await failOver();
    assert.equal(await client.add('sum', 3), 5, 'the script is loaded where it is not known');
    assert.deepEqual(await buffers.get('key:1'), Buffer.from('1'));
    assert.equal(
      await new Promise((resolve) => legacy.get('key:2', (__: unknown, reply: unknown) => resolve(reply))),
      '2',
    );
    // A cursor is the server's own: the promise is that the iteration goes on.
    await take(Infinity);
    assert.ok(seen.size > 100);
  });

  it('a watched transaction that a move comes into is refused, and the next one is run', async () => {
    const client = await connect();
    await client.set('balance', '1');
    await client.watch('balance');
    const value = Number(await client.get('balance'));
    const { port } = await failOver();
    await eventually(() => resolver.topology.master?.port === port && client.isReady);
    await assert.rejects(
      client
        .multi()
        .set('balance', String(value + 1))
        .exec(),
      /watch/i,
    );
    assert.equal(await client.get('balance'), '1');
    await client.watch('balance');
    assert.deepEqual(await client.multi().incr('balance').exec(), [2]);
  });

  it('an abort signal ends a command that is held or waits for a master', async () => {
    const client = await connect();
    await cluster.kill(await cluster.master());
    await eventually(() => !client.isReady);
    const controller = new AbortController();
    const aborted = client.withAbortSignal(controller.signal).incr('counter');
    const kept = client.incr('counter');
    controller.abort();
    await assert.rejects(aborted, /abort/i);
    assert.equal(await kept, 1);
  });

  it('channel, pattern and sharded subscriptions come back with their listeners', async () => {
    const client = await connect();
    const subscriber = await client.duplicate().connect();
    clients.push(subscriber);
    const heard: string[] = [];
    const hear =
      (kind: string) =>
      (message: string): void =>
        void heard.push(`${kind} ${message}`);
    await subscriber.subscribe('news', hear('plain'));
    await subscriber.pSubscribe('ne*', hear('pattern'));
    await subscriber.sSubscribe('shard', hear('sharded'));
    for (const round of ['before', 'after']) {
      await eventually(async () => {
        await client.publish('news', round);
        await client.sPublish('shard', round);
        for (const kind of ['plain', 'pattern', 'sharded'])
          assert.ok(heard.includes(`${kind} ${round}`), kind);
      });
      if (round === 'before') await failOver();
    }
  });

  it('what is in flight at a crash is rejected and says so, and what is queued runs once', async () => {
    const client = await connect();
    const blocked = client.blPop('list', 0);
    blocked.catch(() => {});
    await client
      .duplicate()
      .connect()
      .then((other) => other.ping().then(() => other.destroy()));
    await cluster.kill(await cluster.master());
    await assert.rejects(
      blocked,
      /was lost: whether commands that were sent and not answered were run is unknown/,
    );
    assert.deepEqual(
      await Promise.all(Array.from({ length: 20 }, () => client.incr('counter'))),
      Array.from({ length: 20 }, (__, i) => i + 1),
    );
  });

  it('a silent demotion is left as soon as the role check sees it', async () => {
    const client = await connect();
    await client.set('key', 'value');
    const [old, [successor]] = [await cluster.master(), await cluster.replicas()];
    assert.ok(successor);
    await eventually(async () => assert.equal(await successor.command('GET', 'key'), 'value'));
    await successor.command('REPLICAOF', 'NO', 'ONE');
    const moves: string[] = [];
    resolver.on('switch', ({ reason }) => moves.push(reason));
    const at = performance.now();
    await old.command('REPLICAOF', successor.host, successor.port);
    const writes = async (): Promise<void> => void (await client.set('key', 'new'));
    await eventually(writes, { intervalMs: 5 });
    // Whoever waited for word of a sentinel would have moved for another reason.
    assert.deepEqual(moves, ['demotion']);
    report({ library: _, leftAfterMs: Math.round(performance.now() - at) });
    assert.equal(await successor.command('GET', 'key'), 'new');
  });

  it('a pool follows: held, moved, and none of its clients left behind', async () => {
    const pool = createFollowingPool(library, resolver, {}, { minimum: 2, maximum: 5 }) as Pool;
    pool.on('error', () => {});
    await pool.connect();
    await whileAwake(async () => {
      let failed = 0;
      let acked = 0;
      const load = { on: true };
      const worker = async (): Promise<void> => {
        while (load.on)
          await pool.incr('counter').then(
            () => acked++,
            () => failed++,
          );
      };
      await pool.set('counter', 0);
      const workers = Array.from({ length: 5 }, worker);
      await until(() => acked > 200);
      const master = await failOver();
      const before = acked;
      await until(() => acked > before + 200);
      load.on = false;
      await Promise.all(workers);
      assert.deepEqual(
        { failed, counter: Number(await master.command('GET', 'counter')) },
        { failed: 0, counter: acked },
      );
    });
    pool.destroy();
  });

  it('createPool() of a client follows as well', async () => {
    const client = await connect();
    const pool = client.createPool({ minimum: 1 });
    pool.on('error', () => {});
    await pool.connect();
    await pool.set('key', 'value');
    client.destroy();
    const master = await failOver();
    await pool.set('key', 'new');
    assert.equal(await master.command('GET', 'key'), 'new');
    pool.destroy();
  });

  it('close() during a hold or a loss ends', async () => {
    const client = await connect();
    const held = once(resolverEvents(resolver), 'hold');
    const failing = failOver();
    await held;
    const late = client.set('key', 'late');
    late.catch(() => {});
    await client.close();
    assert.equal(client.isOpen, false);
    await Promise.allSettled([late]);
    await failing;
  });

  it('resolver options make a resolver that ends with the client', async () => {
    const client = await connect({}, { name: cluster.name, sentinels: cluster.sentinels });
    await client.set('key', 'value');
    await resolver.close();
    await client.close();
    const links = async (): Promise<number> => {
      const list = await cluster.sentinelHandles[0]?.command('CLIENT', 'LIST');
      assert.ok(typeof list === 'string');
      return list.split('\n').filter((line) => line !== '' && !/ name=sentinel-| cmd=client/.test(line))
        .length;
    };
    await eventually(async () => assert.equal(await links(), 0));
    await client.connect();
    assert.equal(await client.get('key'), 'value', 'and is made anew when the client is opened again');
  });

  it('a password of the client serves the resolver that is made from options', async () => {
    await cluster.stop();
    cluster = await startCluster({ replicas: 0, sentinels: 1, nodePassword: 'secret' });
    const source = { name: cluster.name, sentinels: cluster.sentinels };
    const client = await connect({ password: 'secret' }, source);
    assert.equal(await client.set('key', 'value'), 'OK');
    // And the other way round: what the resolver connects is authenticated.
    const other = await connect({}, { ...source, node: { password: 'secret' } });
    assert.equal(await other.get('key'), 'value');
  });

  it('TLS is checked against the name of each node', async () => {
    await cluster.stop();
    const tls = selfSignedCertificate();
    cluster = await startCluster({ replicas: 1, tls, nodeConfig: { 'repl-diskless-sync': 'no' } });
    const checked = { tls: { ca: tls.ca } };
    const source = { name: cluster.name, sentinels: cluster.sentinels, sentinel: checked, node: checked };
    const client = await connect({}, source);
    await client.set('key', 'value');
    const master = await failOver();
    await client.set('key', 'new');
    assert.equal(await master.command('GET', 'key'), 'new');
    const named = { tls: { ca: tls.ca, servername: 'elsewhere.example' } };
    const refused = follow(
      library,
      { ...source, node: named },
      { socket: { connectTimeout: 2000, reconnectStrategy: false } },
    );
    await assert.rejects(
      refused.connect(),
      /elsewhere\.example|TIMED_OUT|MASTER_UNREACHABLE|cannot be reached/,
    );
    if (refused.isOpen) refused.destroy();
  });

  it('socketTimeout counts on the connection that the resolver opened, and the client comes back', async () => {
    const client = await connect({ socket: { socketTimeout: 1000 } });
    const id = await client.sendCommand(['CLIENT', 'ID']);
    const [error] = (await once(client, 'error')) as Error[];
    assert.match(String(error), /timeout/i);
    await once(client, 'ready');
    assert.notEqual(await client.sendCommand(['CLIENT', 'ID']), id);
  });

  it('an attempt that finds no master says why', async () => {
    const socket = { connectTimeout: 200, reconnectStrategy: false };
    const client = follow(library, { name: 'mymaster', sentinels: ['127.0.0.1:1'] }, { socket });
    await assert.rejects(client.connect(), { code: 'SENTINELS_UNREACHABLE' });
  });

  it('options that say where to connect are refused at once', () => {
    for (const options of [{ url: 'redis://h' }, { socket: { host: 'h' } }, { socket: { tls: true } }]) {
      assert.throws(() => follow(library, resolver, options), /INVALID_OPTION|leave out/);
    }
  });
});

function resolverEvents(resolver: Resolver): EventTarget {
  const target = new EventTarget();
  resolver.on('hold', () => target.dispatchEvent(new Event('hold')));
  return target;
}

function report(figures: object): void {
  if (process.env['SWITCHMASTER_FIGURES']) process.stdout.write(`${JSON.stringify(figures)}\n`);
}
