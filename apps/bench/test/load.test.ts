import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { BenchClient } from '../src/clients/client.ts';
import { clients } from '../src/clients/index.ts';
import { lastCore, pin } from '../src/load/cores.ts';
import { hammer } from '../src/load/hammer.ts';
import type { Jobs } from '../src/load/jobs.ts';
import { Ledger } from '../src/load/ledger.ts';
import { pace } from '../src/load/pace.ts';
import { teamsOf, turns } from '../src/load/teams.ts';
import { Worker } from '../src/load/worker.ts';
import { median, percentile } from '../src/statistics.ts';

function clientThat(answer: () => Promise<unknown>): BenchClient {
  return { set: answer, get: answer, setMany: answer, close: () => {} };
}

test('a client that is held up once is late for all that was due in the meantime', async () => {
  let commands = 0;
  const stalls = clientThat(() => {
    if (commands++ !== 50) return Promise.resolve();
    // Nothing else runs for so long, as when a client computes.
    const until = performance.now() + 50;
    while (performance.now() < until);
    return Promise.resolve();
  });
  const latencies = await pace(stalls, { stretches: [{ perSecond: 1000, durationMs: 100 }] });
  expect(commands).toBe(100);
  expect(latencies).toHaveLength(100);
  expect(percentile(latencies, 99.9)).toBeGreaterThanOrEqual(49);
  // Half of the commands were due before or long after it.
  expect(median(latencies)).toBeLessThan(percentile(latencies, 99.9));
  // An answer that takes its time, which is what is measured.
  const late = await pace(
    clientThat(() => sleep(5)),
    { stretches: [{ perSecond: 1000, durationMs: 20 }] },
  );
  expect(median(late)).toBeGreaterThanOrEqual(4);
});

test('of several stretches all commands are given, at their times, and the last one is told of', async () => {
  const givenAt: number[] = [];
  const client = clientThat(async () => void givenAt.push(performance.now()));
  const stretches = [
    { perSecond: 10_000, durationMs: 50 },
    { perSecond: 1000, durationMs: 40 },
  ];
  expect(await pace(client, { stretches })).toHaveLength(40);
  expect(givenAt).toHaveLength(540);
  const [first = 0, last = 0] = [givenAt.at(0), givenAt.at(-1)];
  expect(last - first).toBeGreaterThanOrEqual(88);
});

test('never more commands are in flight than asked for, and each answer is followed by another', async () => {
  let inFlight = 0;
  let most = 0;
  let answered = 0;
  const client = clientThat(async () => {
    most = Math.max(most, ++inFlight);
    await turn();
    inFlight--;
    answered++;
  });
  const startedAt = performance.now();
  const work = await hammer(client, { command: 'set', inFlight: 7, leadInMs: 100, durationMs: 100 });
  const elapsedMs = performance.now() - startedAt;
  expect(most).toBe(7);
  expect(work.commands).toBeGreaterThan(0);
  // What is done while it leads in is done, and not counted.
  expect(work.commands).toBeLessThan(answered);
  expect(work.wallMs).toBeGreaterThanOrEqual(100);
  expect(work.wallMs).toBeLessThan(elapsedMs - 99);
});

test('clients are compared with the plain one of their library, and with no other', () => {
  const teams = teamsOf(clients);
  for (const { plain, others } of teams) {
    expect(plain.kind).toBe('plain');
    expect(others.map(({ library }) => library)).toEqual(others.map(() => plain.library));
    const usual = others.filter(({ underLoad }) => underLoad === undefined);
    expect(new Set(usual.map(({ kind }) => kind)).size).toBe(usual.length);
  }
  expect(teams.flatMap(({ others }) => others.map(({ name }) => name))).toEqual(
    expect.arrayContaining(['switchmaster-factory', 'switchmaster-cache-manager', 'ioredis6-autopipelining']),
  );
  expect(teams.map(({ plain }) => plain.library)).toContain('redis');
  const ours = clients.filter(({ name }) => name === 'switchmaster-iovalkey');
  expect(teamsOf(ours).map(({ plain, others }) => [plain.name, ...others.map(({ name }) => name)])).toEqual([
    ['plain-iovalkey', 'switchmaster-iovalkey'],
  ]);
});

test('everybody has two turns in a round, never in a row, and in the next round somebody else is first', () => {
  expect([0, 1, 2].map((round) => turns(['a', 'b', 'c'], round, 2).join(''))).toEqual([
    'abcabc',
    'cbacba',
    'abcabc',
  ]);
});

test.runIf(existsSync('/usr/bin/taskset'))('a process is kept on a core, where the system can', async () => {
  const child = spawn(process.execPath, ['--eval', 'process.stdin.resume()']);
  const closed = once(child, 'close');
  try {
    expect(await pin([child.pid], lastCore)).toBe(true);
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    expect(/^Cpus_allowed_list:\t(.*)$/m.exec(status)?.[1]).toBe(`${lastCore}`);
    vi.stubEnv('PATH', '');
    expect(await pin([child.pid], lastCore)).toBe(false);
  } finally {
    vi.unstubAllEnvs();
    child.kill('SIGKILL');
    await closed;
  }
});

test('a ledger sorts runs by scenario and client and sums them up', () => {
  const [client] = clients;
  if (!client) throw new Error('there are clients');
  const ledger = new Ledger([{ name: 'rate', title: 'commands', unit: 'per second' }]);
  for (const [run, rate] of [
    [2, 30],
    [1, 10],
  ] as const) {
    ledger.note('set', client, run, { rate });
  }
  ledger.note('get', client, 1, { rate: 99 });
  const [result] = ledger.result('set', 'SET').clients;
  expect(result?.runs.map(({ run }) => run)).toEqual([1, 2]);
  expect(result?.summary).toEqual({ rate: { n: 2, median: 20, min: 10, max: 30 } });
});

test('a process tells why it could not do a job, and a dead one is told from one that is slow', async () => {
  const { signal } = new AbortController();
  // From the sources: nothing has to be built for a test.
  const sources = ['--conditions=@switchmaster/source'];
  await using worker = new Worker<Jobs>('client-main.ts', ['plain-ioredis6'], signal, sources);
  await expect(
    worker.ask('hammer', { command: 'set', inFlight: 1, leadInMs: 0, durationMs: 1 }),
  ).rejects.toThrow('plain-ioredis6 could not hammer: no client is connected');
  await using unknown = new Worker<Jobs>('client-main.ts', ['nobody'], signal, sources);
  await expect(unknown.ask('close')).rejects.toThrow(
    /nobody could not close: [^]*there is no client 'nobody'/,
  );
});
