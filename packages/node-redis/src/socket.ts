import { Socket } from 'node:net';
import type { Session } from './session.ts';

/**
 * What node-redis' socket becomes: it is connected to nothing of its own. What node-redis and its tracing ask of it goes
 * to the session.
 */
export interface FollowingSocket extends Socket {
  readonly session: Session;
}

export function lead(socket: Socket, session: Session): FollowingSocket {
  return Object.assign(Object.defineProperties(socket, overrides), { session });
}

/** One set for all sockets: closures for each, or a prototype, would take a kilobyte of each client. */
const overrides = Object.getOwnPropertyDescriptors({
  get writableNeedDrain(): boolean {
    return sessionOf(this).needsDrain;
  },
  get remoteAddress(): string | undefined {
    return sessionOf(this).inner?.remoteAddress;
  },
  get remotePort(): number | undefined {
    return sessionOf(this).inner?.remotePort;
  },
  write(this: FollowingSocket, chunk: string | Uint8Array): boolean {
    return this.session.write(chunk);
  },
  cork(this: FollowingSocket): void {
    this.session.inner?.cork();
  },
  uncork(this: FollowingSocket): void {
    this.session.uncork();
  },
  setTimeout(this: FollowingSocket, timeoutMs: number): void {
    this.session.inner?.setTimeout(timeoutMs);
  },
  ref(this: FollowingSocket): void {
    this.session.inner?.ref();
    Socket.prototype.ref.call(this);
  },
  unref(this: FollowingSocket): void {
    this.session.inner?.unref();
    Socket.prototype.unref.call(this);
  },
  destroy(this: FollowingSocket, error?: Error): void {
    if (!this.destroyed) this.session.close(error);
    Socket.prototype.destroy.call(this, error);
  },
  /** What comes is given on as it comes. */
  _read(): void {},
});

function sessionOf(socket: object): Session {
  return (socket as FollowingSocket).session;
}
