import type { Socket } from 'node:net';

/** Disconnects with a reset. */
export function reset(socket: Socket): void {
  // While the end of the stream is being sent the system refuses to reset, and Node would lose the handle.
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}
