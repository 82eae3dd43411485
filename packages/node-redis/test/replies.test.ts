import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { createResolver } from '@switchmaster/core';
import { startCluster, until, type Cluster, type ClusterNode } from '@switchmaster/testing';
import * as redis from 'redis';
import * as redis5 from 'redis5';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createFollowing, type Library } from '../src/following.ts';
import { follow } from './harness.ts';

const drops = 200;
const libraries: [name: string, library: Library][] = [
  ['node-redis 6', redis],
  ['node-redis 5', redis5],
  ['node-redis 5 without hooks', withoutHooks(redis5)],
];

/** As in versions 5.0 to 5.8. */
function withoutHooks(library: typeof redis5): Library {
  return {
    ...library,
    createClient: (options: never) => {
      const client = library.createClient(options);
      const { _self: self } = client as unknown as { readonly _self: object };
      Object.assign(self, {
        _pause: undefined,
        _unpause: undefined,
      });
      return client;
    },
  };
}

let cluster: Cluster;
let master: ClusterNode;

beforeAll(async () => {
  cluster = await startCluster({ replicas: 0, sentinels: 1 });
  master = await cluster.master();
});
afterAll(() => cluster.stop());

/** What each command was answered, by what it asked for. */
class Checked {
  right = 0;
  rejected = 0;
  readonly wrong: string[] = [];

  async check(expected: unknown, reply: Promise<unknown>): Promise<void> {
    const got = await reply.catch((error: unknown) => error);
    if (got instanceof Error && /connection .* was lost|given to a broken connection/.test(got.message))
      this.rejected++;
    else if (JSON.stringify(got) === JSON.stringify(expected)) this.right++;
    else this.wrong.push(`expected ${JSON.stringify(expected)}, got ${String(got)}`);
  }
}

describe.each(libraries)('%s', (name, library) => {
  it.each([2, 3] as const)(
    `no reply reaches the wrong caller through ${drops} drops at random moments (RESP %i)`,
    async (RESP) => {
      await using resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
      const client = follow(library, resolver, { RESP });
      await client.connect();
      const checked = new Checked();
      const load = { on: true, connections: 0 };
      const worker = async (id: number): Promise<void> => {
        for (let i = 0; load.on; i++) {
          const unique = `${id}:${i}`;
          const kinds = [
            () => checked.check(unique, client.echo(unique)),
            () => checked.check('OK', client.set(`key:${id}`, unique)),
            () =>
              checked.check(
                [`${unique}a`, `${unique}b`],
                client.multi().echo(`${unique}a`).echo(`${unique}b`).exec(),
              ),
            () => checked.check(unique, client.asap().echo(unique)),
            () =>
              Promise.all([
                checked.check(unique, client.echo(unique)),
                checked.check(`${unique}!`, client.echo(`${unique}!`)),
              ]),
            () =>
              checked.check(
                ['x', unique],
                client.sendCommand(['EVAL', `return {'x', ARGV[1]}`, '0', unique]),
              ),
          ];
          await kinds[Math.floor(Math.random() * kinds.length)]?.();
        }
      };
      const workers = Array.from({ length: 50 }, (__, id) => worker(id));
      client.on('ready', () => load.connections++);
      const more = async (count: number): Promise<void> => {
        const goal = checked.right + count;
        await until(() => checked.right >= goal, { intervalMs: 1 });
      };
      while (load.connections < drops) {
        await more(Math.random() * 100);
        await master.command('CLIENT', 'KILL', 'TYPE', 'normal');
      }
      await more(1000);
      load.on = false;
      await Promise.all(workers);
      client.destroy();
      assert.deepEqual(checked.wrong, []);
      report({ library: name, RESP, drops, right: checked.right, rejected: checked.rejected });
    },
    // Each drop takes a new connection: on a busy machine that adds up.
    300_000,
  );

  it('a command of the very turn in which the connection breaks gets no reply of another, and runs at most once', async () => {
    // A server of our own, so that the break comes between the command and the end of the turn.
    const commands: string[] = [];
    const peers: Socket[] = [];
    const server = createServer((socket) => {
      peers.push(socket.on('error', () => {}));
      socket.on('data', (data) => {
        for (const [, verb, text] of String(data).matchAll(/\r\n(HELLO|SETINFO|ECHO)\r\n\$\d+\r\n(.*)/g)) {
          if (verb === 'ECHO') commands.push(text ?? '');
          socket.write(verb === 'ECHO' ? `+${text}\r\n` : verb === 'HELLO' ? '%0\r\n' : '+OK\r\n');
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { connect } = await import('node:net');
    const inners: Socket[] = [];
    const resolver = {
      name: 'mymaster',
      topology: { phase: 'following', master: undefined },
      replicas: () => [],
      on: () => () => {},
      follow: () => () => {},
      suspect: () => {},
      connect: async () => {
        const inner = connect(port, '127.0.0.1');
        await new Promise((resolve) => inner.once('connect', resolve));
        inners.push(inner.on('error', () => {}));
        return Object.assign(inner, { [Symbol.for('switchmaster.address')]: { host: '127.0.0.1', port } });
      },
    };
    Object.assign(resolver, { [Symbol.for('switchmaster.resolver')]: true });
    const client = createFollowing(library, resolver as never, { role: 'replica' }) as ReturnType<
      typeof redis.createClient
    >;
    await client.connect();
    const first = client.echo('first');
    inners[0]?.emit('close');
    const second = client.echo('second');
    const answers = await Promise.allSettled([first, second, client.echo('third')]);
    const values = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'rejected'));
    const expected = name.endsWith('without hooks')
      ? ['rejected', 'rejected', 'rejected']
      : ['first', 'second', 'third'];
    assert.deepEqual(values, expected);
    assert.deepEqual(
      commands,
      expected.filter((value) => value !== 'rejected'),
    );
    client.destroy();
    for (const peer of peers) peer.destroy();
    server.close();
  });
});

function report(figures: object): void {
  if (process.env['SWITCHMASTER_FIGURES']) process.stdout.write(`${JSON.stringify(figures)}\n`);
}
