import {
  eventually,
  expectNoLeaks,
  snapshotHandles,
  startCluster,
  type Cluster,
} from '@switchmaster/testing';
import { expect, test } from 'vitest';
import { getRedisToken, SwitchmasterModule } from '../src/index.ts';
import { start, type Application } from './applications.ts';
import { libraries, pool, type Library } from './libraries.ts';

const shutdownTimeoutMs = 500;

interface Scene extends AsyncDisposable {
  readonly application: Application;
  readonly client: object;
  readonly cluster: Cluster;
  readonly library: Library;
}

async function scene(library: Library): Promise<Scene> {
  const cluster = await startCluster();
  const { name, sentinels } = cluster;
  const application = await start([
    SwitchmasterModule.forRoot({
      name,
      sentinels,
      client: library.recipe(),
      shutdownTimeoutMs,
      startupTimeoutMs: 20_000,
    }),
  ]);
  const client = application.app.get<object>(getRedisToken());
  return { application, client, cluster, library, [Symbol.asyncDispose]: () => cluster.stop() };
}

type State = [what: string, bring: (scene: Scene) => Promise<void>];

const states: State[] = [
  ['ready', async () => {}],
  ['ended by the application', async ({ library, client }) => library.recipe().close(client)],
  ['with a command under way', async ({ library, client }) => settled(library.block(client))],
  [
    'on a frozen master, with a command under way',
    async ({ cluster, library, client }) => {
      await cluster.freeze(await cluster.master());
      settled(library.ping(client));
    },
  ],
  [
    'with nothing to connect to, and a command waiting',
    async ({ cluster, library, client }) => {
      await Promise.all([...cluster.nodes, ...cluster.sentinels].map((member) => cluster.kill(member)));
      await eventually(() => !library.isReady(client));
      settled(library.ping(client));
    },
  ],
  [
    'held',
    async ({ cluster, library, client }) => {
      await cluster.failover();
      settled(library.ping(client));
    },
  ],
];

const cases = [...libraries, pool].flatMap((library) =>
  states.map(([what, bring]) => ({ name: `${library.name} ${what}`, library, bring })),
);

test.each(cases)('$name: shutdown is bounded and leaves nothing', async ({ library, bring }) => {
  const before = snapshotHandles();
  {
    await using here = await scene(library);
    await bring(here);
    // Without a bound, what waits for an answer that never comes would not end.
    await here.application.app.close();
    expect(library.isClosed(here.client)).toBe(true);
  }
  await expectNoLeaks(before);
});

/** Whatever becomes of it: it must not be left unsettled, and is not what this is about. */
function settled(command: Promise<unknown>): void {
  command.catch(() => {});
}
