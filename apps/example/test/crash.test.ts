import { eventually, until } from '@switchmaster/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goOn, ours, press, run, type Running } from './running.ts';

// Enough replicas to lose one master after the other, and to settle but once.
const replicas = 4;
/** Of a write lane, in the longest time without a master that there was. */
const ratePerSecond = 100;
const faults = [
  { fault: 'kill', state: { state: 'dead', role: null } },
  { fault: 'freeze', state: { state: 'frozen', role: null } },
  { fault: 'isolate', state: { state: 'running', isolated: true } },
] as const;

let running: Running;
let epochBefore: number;

beforeAll(async () => {
  running = await run(replicas);
  epochBefore = (await running.page.state()).topology.configEpoch;
});

afterAll(() => running[Symbol.asyncDispose]());

test.each(faults)('$fault: our lanes go on at another master', async ({ fault, state }) => {
  const { page } = running;
  await until(() => page.topology?.settled, { timeoutMs: 30_000 });
  const { topology: before } = await page.state();
  await press(page, fault);
  await goOn(page);
  const { topology } = await page.state();
  expect(topology.master).not.toBe(before.master);
  expect(topology.nodes.find(({ address }) => address === before.master)).toMatchObject(state);
  const lanes = await ours(page);
  // node-redis rejects what was sent and not answered, which is all that was written to a master that hung.
  expect(lanes.filter(({ name, sinceFault }) => name !== 'node-redis' && sinceFault.failed > 0)).toEqual([]);
  for (const { sinceFault } of lanes) {
    expect(sinceFault.failed).toBeLessThan((ratePerSecond * (sinceFault.longestGapMs + 1000)) / 1000);
  }
});

test('with a sentinel stopped they go on, and with everything mended nothing hangs and little has been lost', async () => {
  const { page } = running;
  await press(page, 'stop-sentinel');
  await goOn(page);
  for (const repair of ['start-sentinel', 'heal', 'thaw', 'restart']) await press(page, repair);
  await goOn(page);
  expect(await page.post('/api/verify')).toMatchObject({ status: 200 });

  // A node that is back is a replica when a sentinel has told it so.
  const { topology } = await eventually(
    async () => {
      const state = await page.state();
      expect(state.topology.nodes.map((node) => node.state)).toEqual(Array(replicas + 1).fill('running'));
      expect(state.topology.nodes.filter(({ role }) => role === 'replica')).toHaveLength(replicas);
      return state;
    },
    { timeoutMs: 30_000 },
  );
  const lanes = await ours(page);
  expect(lanes.filter(({ totals }) => totals.hung > 0)).toEqual([]);
  expect(lanes.find(({ name }) => name === 'cache-manager')?.totals.lost).toBe(0);
  // A busy machine elects twice now and then, and a master that was promoted for a moment takes its writes with it.
  if (topology.configEpoch > epochBefore + faults.length) return;
  // What a killed master had acknowledged and no replica had yet, the rest of a second at most.
  expect(lanes.filter(({ totals }) => totals.lost > ratePerSecond)).toEqual([]);
});
