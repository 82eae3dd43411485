import { eventually, until, whileAwake } from '@switchmaster/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LaneState } from '../src/page/messages.ts';
import { goOn, ourLanes, ours, press, run, type Running } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await run(2);
});

afterAll(() => running[Symbol.asyncDispose]());

test('the page begins with a snapshot: our lanes write, the contrasts do not', async () => {
  const { page } = running;
  await goOn(page);
  const { lanes, topology, faults } = await page.state();
  expect(lanes.filter(({ enabled }) => enabled).map(({ name }) => name)).toEqual(ourLanes);
  expect(topology).toMatchObject({ phase: 'following', candidate: null, settled: true });
  expect(topology.nodes.map(({ role }) => role)).toEqual(['master', 'replica', 'replica']);
  expect(topology.sentinels.map(({ link }) => link)).toEqual(['connected', 'connected', 'connected']);
  expect(faults.filter(({ repair }) => !repair).map(({ name }) => name)).toContain('failover');
});

test('a planned failover costs our lanes nothing, and the contrast loses what our lanes keep', () =>
  whileAwake(async () => {
    const { page } = running;
    const { status } = await page.post('/api/lanes/ioredis-sentinel', { enabled: true });
    expect(status).toBe(200);
    await until(() => (page.totals.get('ioredis-sentinel')?.acknowledged ?? 0) > 20);
    await until(() => page.topology?.settled, { timeoutMs: 30_000 });
    const { topology: before } = await page.state();

    await press(page, 'failover');
    await goOn(page);
    const verified = await page.post('/api/verify');
    expect(verified.status).toBe(200);

    const { topology, phases } = await page.state();
    expect(topology.master).not.toBe(before.master);
    expect(topology).toMatchObject({ phase: 'following', settled: true });
    expect(topology.configEpoch).toBeGreaterThan(before.configEpoch);
    const number = phases.findLast(({ phase }) => phase === 'moved')?.failover;
    const seen = phases.filter(({ failover }) => failover === number).map(({ phase }) => phase);
    expect(seen.slice(0, 5)).toEqual(['elected', 'hold', 'promoted', 'moved', 'announced']);
    for (const { name, sinceFault } of await ours(page)) {
      expect({ name, ...sinceFault }).toMatchObject({ name, lost: 0, failed: 0, hung: 0 });
    }
    const { lanes } = await page.state();
    const contrast = lanes.find(({ name }) => name === 'ioredis-sentinel');
    expect(contrast?.sinceFault.lost).toBeGreaterThan(0);
  }));

test('a lane is switched off and on, and has the rate that it is given', async () => {
  const { page } = running;
  const off = await page.post('/api/lanes/nestjs', { enabled: false });
  expect(off).toMatchObject({ status: 200, body: { name: 'nestjs', enabled: false } });
  const { acknowledged } = (off.body as LaneState).totals;
  const others = goOn;
  const on = async (): Promise<unknown> =>
    await page.post('/api/lanes/nestjs', { enabled: true, ratePerSecond: 50 });
  expect(await on()).toMatchObject({ status: 200, body: { enabled: true, ratePerSecond: 50 } });
  await others(page);
  expect(page.totals.get('nestjs')?.acknowledged).toBeGreaterThan(acknowledged);
});

test('the writes that were looked up are deleted, so that memory stays level', async () => {
  const { page, example } = running;
  await page.post('/api/verify');
  const master = await example.cluster.master();
  const keys = Number(await master.command('DBSIZE'));
  const { lanes } = await page.state();
  const acknowledged = lanes.reduce((sum, { totals }) => sum + totals.acknowledged, 0);
  expect(acknowledged).toBeGreaterThan(3000);
  // Those of the quotes, and what came after the look-up.
  expect(keys).toBeLessThan(acknowledged / 2);
});

test('whoever reads the events begins with a snapshot, also when he comes back', async () => {
  const { url } = running.page;
  const first = async (headers: Record<string, string>): Promise<string> => {
    const abort = new AbortController();
    const response = await fetch(`${url}/api/events`, { headers, signal: abort.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (/^data: .*\n\n/m.test(text)) break;
    }
    abort.abort();
    return text;
  };
  expect(await first({})).toMatch(/^retry: \d+\n\nid: \d+\ndata: \{"type":"snapshot",/);
  expect(await first({ 'last-event-id': '5' })).toMatch(/^retry: \d+\n\nid: \d+\ndata: \{"type":"snapshot",/);
});

test.each([
  ['/', /^text\/html/, 'src='],
  ['/vendor/uplot/uPlot.esm.js', /javascript/, 'uPlot'],
  ['/vendor/uplot/uPlot.min.css', /^text\/css/, '.uplot'],
])('%s is served, for the page', async (path, type, part) => {
  const response = await fetch(running.page.url + path);
  expect(response.headers.get('content-type')).toMatch(type);
  expect(await response.text()).toContain(part);
});

test('/health says that Redis is up', async () => {
  await eventually(
    async () => {
      const response = await fetch(`${running.page.url}/health`);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        status: 'ok',
        info: { redis: { status: 'up', phase: 'following', sentinels: '3 of 3' } },
      });
    },
    { timeoutMs: 30_000 },
  );
});

test('/metrics has the numbers of the resolver, the cache and the lanes for Prometheus', async () => {
  const response = await fetch(`${running.page.url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = [
    /^switchmaster_phase\{phase="following"\} 1$/m,
    /^switchmaster_sentinels\{state="connected"\} 3$/m,
    /^switchmaster_config_epoch [1-9]/m,
    /^switchmaster_minority 0$/m,
    /^switchmaster_switches_total\{reason="promotion"\} [1-9]/m,
    /^switchmaster_hold_seconds_count [1-9]/m,
    /^switchmaster_stale_master_seconds \d/m,
    /^switchmaster_cache\{what="hits"\} [1-9]/m,
    /^switchmaster_cache_breaker\{state="closed"\} 1$/m,
    /^example_operations_total\{lane="ioredis",outcome="acknowledged"\} [1-9]/m,
    /^example_lost_total\{lane="ioredis-sentinel"\} [1-9]/m,
    /^example_operation_seconds_count\{lane="cache-manager"\} [1-9]/m,
    /^process_resident_memory_bytes [1-9]/m,
  ];
  // On a busy machine a sentinel may be out of sight for a moment, or the breaker open.
  await eventually(
    async () => {
      const text = await (await fetch(`${running.page.url}/metrics`)).text();
      expect(lines.filter((line) => !line.test(text))).toEqual([]);
    },
    { timeoutMs: 30_000 },
  );
});

test.each([
  { path: '/api/faults/fire', status: 404, says: "There is no fault 'fire'; there are failover, kill" },
  { path: '/api/lanes/memcached', status: 404, says: "There is no lane 'memcached'; there are ioredis" },
  { path: '/api/faults/kill', body: { target: 'nowhere' }, status: 400, says: "it is 'nowhere'" },
  { path: '/api/faults/thaw', status: 409, says: 'Nothing is frozen.' },
  {
    path: '/api/lanes/ioredis',
    body: { ratePerSecond: 5000 },
    status: 400,
    says: 'from 1 to 1000; it is 5000',
  },
])('POST $path with $body is answered with $status', async ({ path, body, status, says }) => {
  expect(await running.page.post(path, body)).toEqual({
    status,
    body: expect.objectContaining({ message: expect.stringContaining(says) as string }) as object,
  });
});

test('of two faults at a time the second is refused', async () => {
  const { page } = running;
  const failover = page.post('/api/faults/failover');
  const isUnderWay = async (): Promise<boolean> => {
    const { faultReports } = await page.state();
    return faultReports.at(-1)?.fault === 'failover' && faultReports.at(-1)?.state === 'begun';
  };
  await until(isUnderWay, { intervalMs: 1 });
  expect(await page.post('/api/faults/stop-sentinel')).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining('is under way: wait until it has happened') as string },
  });
  expect(await failover).toMatchObject({ status: 200, body: { state: 'done' } });
  const { faultReports } = await page.state();
  expect(faultReports.some(({ fault }) => fault === 'stop-sentinel')).toBe(false);
});
