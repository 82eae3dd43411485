// The program of a writer's process: one client in a process of its own, so that none can hold up another.

import { clockMs } from './clock.ts';
import { loadClient } from './clients/index.ts';
import type { Move } from './clients/client.ts';
import { keyOf, type Order, type Report, type TimedMove, type WriterTask } from './messages.ts';
import { Writer } from './writer.ts';

const progressMs = 50;

const { client: name, deployment } = JSON.parse(process.argv[2] ?? '') as WriterTask;
let awaitsFirstAck = false;

// A Ctrl-C reaches the whole process group. The demo decides when its writers end, and they end with it.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

const connect = await loadClient(name);
const client = await connect(deployment, reportMove);
const writer = new Writer(async (n) => {
  await client.set(keyOf(name, n), String(n));
  if (awaitsFirstAck) reportFirstAck();
});

process.on('message', (order: Order) => {
  if (order.type === 'write') start();
  else void stop(order.graceMs);
});
send({ type: 'ready' });

function start(): void {
  writer.start();
  setInterval(() => {
    const { acked, failed, pending } = writer;
    send({ type: 'progress', progress: { at: clockMs(), acked, failed, pending } });
  }, progressMs);
}

async function stop(graceMs: number): Promise<void> {
  await writer.stop(graceMs);
  // Before the connection goes, which would fail the pending writes.
  const { record } = writer;
  process.send?.({ type: 'record', record } satisfies Report, () => process.exit());
}

function reportMove(move: Move): void {
  awaitsFirstAck = move.kind === 'connected';
  sendMove({ ...move, at: clockMs() });
}

function reportFirstAck(): void {
  awaitsFirstAck = false;
  sendMove({ kind: 'first-ack', at: clockMs() });
}

function sendMove(move: TimedMove): void {
  send({ type: 'move', move });
}

function send(report: Report): void {
  process.send?.(report);
}
