import { setTimeout as sleep } from 'node:timers/promises';
import { Writer, type WriterFigures } from '@switchmaster/testing';
import type { Client } from './clients/client.ts';
import type { Fault } from './faults.ts';
import { type Keys, readMany, ttlSeconds } from './keys.ts';
import type { Scene } from './scene.ts';

/** Writing goes on for this long before the fault, and after all is over. */
const calmMs = 1000;
/** For a fault and all that follows from it. */
const longestMs = 60_000;
/** For the last answers. */
const patienceMs = 5000;

export interface DrillOptions {
  readonly scene: Scene;
  readonly client: Client;
  readonly fault: Fault;
  readonly keys: Keys;
  readonly perSecond: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Writes, breaks, and looks every acknowledged key up on the master of the end. */
export async function drill(options: DrillOptions): Promise<WriterFigures> {
  const { scene, fault, say } = options;
  const writer = createWriter(options);
  try {
    writer.start();
    await calm(writer, options);
    say('the fault');
    await fault.inject(scene);
    await isOver(options);
    await calm(writer, options);
  } finally {
    await writer.stop({ patienceMs: options.signal.aborted ? 0 : patienceMs });
  }
  say(`looking ${writer.acked} keys up`);
  const address = await scene.resolver.master({ signal: AbortSignal.timeout(longestMs) });
  using master = await scene.servers.connect('node', address);
  return await writer.check((keys) => readMany(master, keys));
}

function createWriter({ client, keys, perSecond }: DrillOptions): Writer {
  return new Writer({
    prefix: keys.prefix,
    perSecond,
    set: (key, value) => {
      keys.note(key);
      return client.set(key, value, ttlSeconds);
    },
  });
}

/** Some time in which writes are acknowledged; where none are, the patience ends. */
async function calm(writer: Writer, { perSecond, signal, say }: DrillOptions): Promise<void> {
  const acked = writer.acked;
  const enough = acked + Math.max(1, Math.round((perSecond * calmMs) / 2000));
  await sleep(calmMs, undefined, { signal });
  for (const deadline = performance.now() + longestMs; writer.acked < enough;) {
    if (performance.now() > deadline) return say('writes are not answered any more');
    await sleep(50, undefined, { signal });
  }
}

async function isOver({ scene, fault, signal, say }: DrillOptions): Promise<void> {
  const deadline = performance.now() + longestMs;
  // A node that is being demoted refuses connections for a moment.
  while (!(await fault.isOver(scene).catch(() => false))) {
    if (performance.now() > deadline) return say('the old master was not demoted in time');
    await sleep(100, undefined, { signal });
  }
}
