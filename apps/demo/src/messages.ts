import type { Deployment, Move } from './clients/client.ts';
import type { ClientName } from './clients/index.ts';
import type { WriteRecord } from './writer.ts';

/** What a writer's process is told on its command line, as JSON. */
export interface WriterTask {
  readonly client: ClientName;
  readonly deployment: Deployment;
}

/** The key of a client's n-th write. */
export function keyOf(client: string, n: number): string {
  return `${client}:${n}`;
}

/** From the demo to a writer: write now; write no more and say what became of it. */
export type Order = { readonly type: 'write' } | { readonly type: 'stop'; readonly graceMs: number };

/** How far a writer is. */
export interface WriterProgress {
  readonly at: number;
  readonly acked: number;
  readonly failed: number;
  readonly pending: number;
}

/** A client's move, or its first acknowledged write after a move, with the time. */
export type TimedMove = (Move | { readonly kind: 'first-ack' }) & { readonly at: number };

/** From a writer to the demo. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'move'; readonly move: TimedMove }
  | { readonly type: 'progress'; readonly progress: WriterProgress }
  | { readonly type: 'record'; readonly record: WriteRecord };
