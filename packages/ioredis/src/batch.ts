import { Socket } from 'node:net';

/**
 * Lets the commands of one turn of the event loop leave together. ioredis writes each one by itself, and with many of
 * them in flight those system calls are most of what it does. A command that is alone in its turn leaves at once.
 */
export function batchWrites(socket: Socket): Socket {
  return Object.assign(socket, { [batchOf]: new Batch(), write });
}

const batchOf: unique symbol = Symbol('switchmaster.batch');

interface BatchedSocket extends Socket {
  readonly [batchOf]: Batch;
}

function write(this: BatchedSocket, ...[chunk, encoding, done]: Parameters<Socket['write']>): boolean {
  this[batchOf].next(this);
  return Socket.prototype.write.call(this, chunk, encoding, done);
}

class Batch {
  /** As of the last write: what has been read since then are replies, and this is another turn. */
  #bytesRead = 0;
  #writes = 0;
  /** Where several came in the turn before, the first one waits for the others. */
  #expectsMore = false;
  #isOpen = false;

  next(socket: Socket): void {
    const { bytesRead } = socket;
    if (bytesRead !== this.#bytesRead) {
      this.#bytesRead = bytesRead;
      this.#expectsMore = this.#writes > 1;
      this.#writes = 0;
    }
    this.#writes++;
    if (this.#isOpen) return sendWhatFills(socket);
    if (this.#writes === 1 && !this.#expectsMore) return;
    this.#isOpen = true;
    socket.cork();
    // It comes when all that was resolved in this turn has gone on, and given its commands.
    process.nextTick(send, this, socket);
  }

  sent(): void {
    this.#isOpen = false;
  }
}

/** As much as the socket would buffer leaves now, so that the server works on it while more is given. */
function sendWhatFills(socket: Socket): void {
  if (socket.writableLength < socket.writableHighWaterMark) return;
  socket.uncork();
  socket.cork();
}

function send(batch: Batch, socket: Socket): void {
  batch.sent();
  socket.uncork();
}
