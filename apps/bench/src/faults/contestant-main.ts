// The program of a contestant's process: one kind of client in a process of its own, so that none can hold up another.
// It lives as long as the benchmark, and connects anew for each run.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { BenchClient } from '../clients/client.ts';
import { clientNamed } from '../clients/index.ts';
import { clockMs } from '../clock.ts';
import { keyOf, type Legacy, type Mode, type Order, paces, progressMs, type Report } from './messages.ts';
import { Writer } from './writer.ts';

/** One client, and what it writes. */
interface Lane {
  readonly mode: Mode;
  readonly writer: Writer;
  /** Undefined until it is connected. */
  client: BenchClient | undefined;
}

const definition = clientNamed(process.argv[2] ?? '');
const resolutionMs = 20;
const loopDelay = monitorEventLoopDelay({ resolution: resolutionMs });

let round = 0;
let beganAt = 0;
let lanes: readonly Lane[] = [];
let progress: NodeJS.Timeout | undefined;

// A Ctrl-C reaches the whole process group. The benchmark decides when its contestants end, and they end with it.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
// What a library leaves unhandled would end an application. Here it would hide how its client goes on.
process.on('unhandledRejection', () => {});
process.on('message', (order: Order) => {
  switch (order.type) {
    case 'connect':
      return void start(order);
    case 'write':
      return lanes.forEach(begin);
    case 'stop':
      return void stop(order.graceMs);
  }
});
send({ type: 'started' });

async function start(order: Extract<Order, { type: 'connect' }>): Promise<void> {
  ({ round } = order);
  beganAt = clockMs();
  lanes = order.modes.map((mode) => laneOf(mode));
  progress = setInterval(
    () => send({ type: 'progress', acked: lanes.map(({ writer }) => writer.acked) }),
    progressMs,
  );
  const mine = lanes;
  const connected = lanes.map(async (lane) => {
    const client = await definition.connect(order.deployment);
    if (lanes !== mine) return client.close();
    lane.client = client;
    if (order.atOnce) begin(lane);
  });
  await Promise.all(connected);
  send({ type: 'connected' });
}

function laneOf(mode: Mode): Lane {
  const writer = new Writer(paces[mode], async (n) => {
    if (!lane.client) throw new Error('not connected');
    await perform(lane.client, keyOf(definition.name, mode, round, n));
  });
  const lane: Lane = { mode, writer, client: undefined };
  return lane;
}

/** A command that must not be run twice, where the library has one. */
function perform({ incr, set }: BenchClient, key: string): Promise<unknown> {
  return incr ? incr(key) : set(key, '1');
}

/** Loading a library takes its time as well, but not that of its users' writes. */
function begin({ writer }: Lane): void {
  loopDelay.reset();
  loopDelay.enable();
  writer.start();
}

async function stop(graceMs: number): Promise<void> {
  const old = lanes;
  lanes = [];
  clearInterval(progress);
  await Promise.all(old.map(({ writer }) => writer.stop(graceMs)));
  loopDelay.disable();
  const stalledMs = Math.max(0, loopDelay.max / 1e6 - resolutionMs);
  const records = Object.fromEntries(old.map(({ mode, writer }) => [mode, writer.record]));
  // Before the connections go, which would fail the pending writes.
  send({ type: 'legacy', legacy: { round, beganAt, records, stalledMs } satisfies Legacy });
  for (const { client } of old) client?.close();
}

function send(report: Report): void {
  process.send?.(report);
}
