import type { Connection } from './client.ts';
import type { Deadline, TimeLimit } from './time-limit.ts';

export interface LinkListener {
  /** There is a connection, for the first time or again. */
  ready(): void;
  /** The connection that there was is gone. */
  lost(): void;
  /** An answer came after its deadline. */
  late(): void;
}

/** The way to Redis, from before the client has connected for the first time until the store is disconnected. */
export class Link {
  readonly #listener: LinkListener;
  readonly #connection: Promise<Connection>;
  #current: Connection | undefined;
  #unlisten: () => void = () => {};
  #wasReady = false;
  #closed = false;
  #ready: Signal = createSignal();
  readonly #late = (): void => this.#listener.late();

  constructor(source: Connection | Promise<Connection>, listener: LinkListener) {
    this.#listener = listener;
    this.#connection = Promise.resolve(source);
    if ('then' in source) source.then((connection) => this.#use(connection)).catch(() => {});
    else this.#use(source);
  }

  get keyPrefix(): string {
    return this.#current?.keyPrefix ?? '';
  }

  /**
   * Sends one command, as soon as there is a connection. Nothing is handed to a client that would queue it, since what
   * is queued is executed when nobody waits for it any more.
   *
   * @throws SwitchmasterError `TIMED_OUT`, or what the client threw.
   */
  request(args: readonly string[], limit: TimeLimit): Promise<unknown> {
    const [command = ''] = args;
    return limit.run(command, (deadline) => this.#send(args, deadline), this.#late);
  }

  /** Resolves when there is a connection, now or later. */
  async ready(): Promise<void> {
    const connection = await this.#connection;
    if (!connection.isReady) await this.#ready.promise;
  }

  /** Listens no more; what was sent is answered still. */
  close(): void {
    this.#closed = true;
    this.#unlisten();
  }

  /** Ends the client, now or when there is one. */
  destroy(): void {
    this.#connection.then((connection) => connection.destroy()).catch(() => {});
  }

  #send(args: readonly string[], deadline: Deadline): Promise<unknown> {
    const connection = this.#current;
    return connection?.isReady === true
      ? connection.send(args, deadline)
      : this.#sendWhenReady(args, deadline);
  }

  async #sendWhenReady(args: readonly string[], deadline: Deadline): Promise<unknown> {
    const { signal } = deadline;
    // Its event is for a later turn.
    if (this.#current) this.#lost();
    await this.ready();
    signal.throwIfAborted();
    const connection = await this.#connection;
    return await connection.send(args, deadline);
  }

  #use(connection: Connection): void {
    if (this.#closed) return;
    this.#current = connection;
    this.#unlisten = connection.listen({ ready: () => this.#becameReady(), lost: () => this.#lost() });
    if (connection.isReady) this.#becameReady();
    else connection.open();
  }

  #becameReady(): void {
    this.#wasReady = true;
    this.#ready.resolve();
    this.#listener.ready();
  }

  #lost(): void {
    // Before the first connection, operations wait for it, so that an application can start.
    if (!this.#wasReady) return;
    this.#wasReady = false;
    this.#ready = createSignal();
    this.#listener.lost();
  }
}

interface Signal {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function createSignal(): Signal {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
