import {
  eventually,
  expectNoLeaks,
  snapshotHandles,
  startCluster,
  whileAwake,
  type Cluster,
} from '@switchmaster/testing';
import { describe, expect, test } from 'vitest';
import { getRedisToken, SwitchmasterModule } from '../src/index.ts';
import { start } from './applications.ts';
import { libraries, pool, type Library } from './libraries.ts';

/** Increments about a thousand times a second until it is stopped, and counts what was acknowledged. */
class Writer {
  acknowledged = 0;
  failed = 0;
  readonly #pending = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  constructor(library: Library, client: object) {
    this.#timer = setInterval(() => {
      const write = library.increment(client, 'n').then(
        () => void (this.acknowledged += 1),
        () => void (this.failed += 1),
      );
      this.#pending.add(write);
      void write.finally(() => this.#pending.delete(write));
    }, 1);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }
}

async function withApplication(
  library: Library,
  body: (cluster: Cluster, client: object, lines: string[]) => Promise<void>,
): Promise<void> {
  const before = snapshotHandles();
  {
    await using cluster = await startCluster();
    const { name, sentinels } = cluster;
    const root = SwitchmasterModule.forRoot({ name, sentinels, client: library.recipe() });
    await using started = await start([root]);
    await body(cluster, started.app.get<object>(getRedisToken()), started.lines);
  }
  await expectNoLeaks(before);
}

describe.each([...libraries, pool])('$name', (library) => {
  test('a planned failover loses nothing and fails nothing', () =>
    whileAwake(() =>
      withApplication(library, async (cluster, client, lines) => {
        const writer = new Writer(library, client);
        const old = await cluster.master();
        await eventually(() => expect(writer.acknowledged).toBeGreaterThan(100));
        await cluster.failover();
        const master = await cluster.masterAfter(old);
        const seen = writer.acknowledged;
        await eventually(() => expect(writer.acknowledged).toBeGreaterThan(seen + 100));
        await writer.stop();
        expect(writer.failed).toBe(0);
        expect(Number(await master.command('GET', 'n'))).toBe(writer.acknowledged);
        expect(lines).toContainEqual(
          expect.stringMatching(/^warn mymaster: commands for .* are held \(failover\)$/),
        );
        expect(lines).toContainEqual(
          expect.stringMatching(/^log mymaster: moved from .* \(promotion, held for \d+ ms\)$/),
        );
      }),
    ));

  test.each(['kill', 'freeze'] as const)('%s: it goes on at the new master', async (fault) => {
    await withApplication(library, async (cluster, client) => {
      expect(await library.increment(client, 'n')).toBe(1);
      const old = await cluster.master();
      await cluster[fault](old);
      const master = await cluster.masterAfter(old);
      await eventually(() => library.increment(client, 'n'));
      expect(await library.count(client, 'n')).toBe(Number(await master.command('GET', 'n')));
    });
  });

  test('without sentinels it goes on', async () => {
    await withApplication(library, async (cluster, client) => {
      await Promise.all(cluster.sentinels.map((_, index) => cluster.stopSentinel(index)));
      expect(await library.increment(client, 'n')).toBe(1);
    });
  });
});
