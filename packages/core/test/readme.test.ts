import { readFile } from 'node:fs/promises';
import { eventually, startCluster, whileAwake, Writer, type Cluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, runExample, typeErrors, type Example } from '../../../test/readme.ts';
import { createResolver, isSwitchmasterError, type Resolver, type ResolverOptions } from '../src/index.ts';
import { checkResolverOptions } from '../src/options.ts';
import { leaveNothingBehind, Recorder } from './support.ts';

leaveNothingBehind();

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const examples = examplesOf(readme);
const from = import.meta.url;

/** The first column of a table, and the others beside it. */
function table(marker: string): Map<string, string[]> {
  const rows = readme.split(`<!-- ${marker} -->\n\n`)[1]?.split('\n\n')[0]?.split('\n') ?? [];
  return new Map(
    rows.slice(2).map((row) => {
      const [first = '', ...others] = row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', ''));
      return [first, others];
    }),
  );
}

describe('the examples', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ names: ['mymaster', 'orders', 'carts'], replicas: 1 });
  });
  afterAll(() => cluster.stop());

  it('are there', () => expect(examples.length).toBeGreaterThan(7));

  it('compile', async () => expect(await typeErrors(examples, { from })).toBe(''));

  it('would not, if they drifted', async () => {
    const code =
      "import { createResolver } from '@switchmaster/core';\ncreateResolver({ nam: 'mymaster' });\n";
    expect(await typeErrors([{ heading: '', code, promised: [] }], { from })).toContain(
      "'nam' does not exist",
    );
  });

  it.each(examples)('run: $heading', async (example) => {
    const { said } = await runExample(example, { from, sentinels: cluster.sentinels });
    expect(said.filter((line) => example.promised.includes(line))).toEqual(example.promised);
  });

  it('have a client that loses no write in a planned failover, and fails none', () =>
    whileAwake(async () => {
      const example = examples.find(({ code }) => code.includes('createTinyClient')) as Example;
      const { exports } = await runExample(example, {
        ...{ from, sentinels: cluster.sentinels },
        without: 'client.close();\nawait resolver.close();\n',
        append: 'export { client, resolver };',
      });
      const { client, resolver } = exports as {
        client: { send(text: string): Promise<string>; close(): void };
        resolver: Resolver;
      };
      try {
        const { told } = new Recorder(resolver);
        const old = await cluster.master();
        const writer = new Writer({ set: (key, value) => client.send(`SET ${key} ${value}`) });
        writer.start();
        await writer.more(100);
        await cluster.failover();
        const master = await cluster.masterAfter(old);
        await eventually(() => expect(told).toEqual(['hold failover', `move ${master.address} promotion`]));
        await writer.more(500);
        await writer.stop();
        const read = async (keys: readonly string[]): Promise<(string | null)[]> =>
          (await master.command('MGET', ...keys)) as (string | null)[];
        expect(await writer.check(read)).toMatchObject({ lost: 0, failed: 0, hung: 0 });
      } finally {
        client.close();
        await resolver.close();
      }
    }));
});

describe('the table of options', () => {
  const rows = table('options');
  const names = [...rows.keys()].map((name) => name.replace(' ◦', ''));

  it('has all of them', () => {
    const [resolverOptions, setOptions] = ['createResolver', 'createSentinelSet'].map((name) => known(name));
    expect(names.filter((name) => !name.includes('.')).sort()).toEqual(resolverOptions);
    const marked = [...rows.keys()]
      .filter((name) => name.endsWith(' ◦'))
      .map((name) => name.replace(' ◦', ''));
    expect(marked.filter((name) => !name.includes('.')).sort()).toEqual(setOptions);
  });

  it('has their defaults', () => {
    const { sentinels, settings, ...rest } = checkResolverOptions({ name: 'm', sentinels: ['s1'] });
    const { backoff, ...set } = sentinels as Extract<typeof sentinels, { backoff: unknown }>;
    const defaults: Record<string, unknown> = {
      ...{ ...rest, ...set, ...settings },
      ...{
        'hold.timeoutMs': settings.holdTimeoutMs,
        'backoff.initialMs': backoff.initialMs,
        'backoff.maxMs': backoff.maxMs,
      },
    };
    for (const [index, name] of names.entries()) {
      const [said = ''] = [...rows.values()][index] ?? [];
      const given = /^('.*'|\d+)$/.test(said) ? JSON.stringify(defaults[name])?.replaceAll('"', "'") : said;
      expect(`${name}: ${said}`).toBe(`${name}: ${given}`);
    }
  });

  /** What is said to somebody who gives another one. */
  function known(where: string): string[] {
    const message = messageOf(() => createResolver({ wrong: 1 } as unknown as ResolverOptions));
    const all = /known are (.*)$/.exec(message)?.[1]?.split(', ') ?? [];
    const ofResolver = /^(name|node|switchOn|hold|onMinority|roleIntervalMs|discoveryTimeoutMs)$/;
    return all.filter((name) => where === 'createResolver' || !ofResolver.test(name)).sort();
  }
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isSwitchmasterError(error)) return error.message;
  }
  return '';
}

it('the table of errors has all of them', async () => {
  const source = await readFile(new URL('../src/errors.ts', import.meta.url), 'utf8');
  const codes = [...source.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code = '']) => code);
  expect(new Set(table('errors').keys())).toEqual(new Set(codes));
});

it('the table of events has all of them, and their channels', async () => {
  await using resolver = createResolver({ name: 'mymaster', sentinels: ['127.0.0.1:1'] });
  const { events } = new Recorder(resolver);
  expect([...table('events').keys()].sort()).toEqual(Object.keys(events).sort());
  const source = await readFile(new URL('../src/diagnostics.ts', import.meta.url), 'utf8');
  const channels = [...source.matchAll(/channel\('(.*)'\)/g)].map(([, name = '']) => name);
  expect(new Set([...table('events').values()].flatMap(([channel]) => channel || []))).toEqual(
    new Set(channels),
  );
});
