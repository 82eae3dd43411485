import type { Socket } from 'node:net';
import { createResolver, type Resolver } from '@switchmaster/core';
import type { Client, Connect } from './client.ts';

/** A client of a few lines, over core. It takes no options. */
export const connect: Connect = async ({ deployment, connectionName }) => {
  const resolver = createResolver(deployment);
  const client = new CoreClient(resolver, connectionName);
  try {
    await resolver.master({ signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
};

interface Command {
  readonly bytes: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Sends commands whose reply is one line. */
class CoreClient implements Client {
  readonly #resolver: Resolver;
  readonly #connectionName: string;
  readonly #unfollow: () => void;
  readonly #waiting: Command[] = [];
  #sent: Command[] = [];
  #socket: Socket | undefined;
  #held = false;
  #closed = false;

  constructor(resolver: Resolver, connectionName: string) {
    this.#resolver = resolver;
    this.#connectionName = connectionName;
    this.#unfollow = resolver.follow({
      hold: () => void (this.#held = true),
      move: () => {
        this.#held = false;
        this.#socket?.destroy();
      },
      release: () => {
        this.#held = false;
        this.#flush();
      },
    });
    void this.#connect();
  }

  set(key: string, value: string, ttlSeconds: number): Promise<void> {
    return this.#send(['SET', key, value, 'EX', `${ttlSeconds}`]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unfollow();
    this.#socket?.destroy();
    await this.#resolver.close();
  }

  #send(command: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes: encode(command), resolve, reject });
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#held || !this.#socket?.writable) return;
    for (const command of this.#waiting.splice(0)) {
      this.#sent.push(command);
      this.#socket.write(command.bytes);
    }
  }

  async #connect(): Promise<void> {
    try {
      // Waits while there is no master, or traffic is held.
      this.#serve(await this.#resolver.connect());
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error as Error);
    }
  }

  #serve(socket: Socket): void {
    if (this.#closed) return void socket.destroy();
    const naming: Command = {
      bytes: encode(['CLIENT', 'SETNAME', this.#connectionName]),
      resolve: () => {},
      reject: () => {},
    };
    this.#sent = [naming];
    socket.write(naming.bytes);
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#settle(line);
    });
    socket.on('close', () => this.#lost(socket));
    this.#socket = socket;
    this.#flush();
  }

  #settle(line: string): void {
    const command = this.#sent.shift();
    if (line.startsWith('-')) command?.reject(new Error(line.slice(1)));
    else command?.resolve();
  }

  #lost(socket: Socket): void {
    if (this.#socket === socket) this.#socket = undefined;
    for (const { reject } of this.#sent.splice(0))
      reject(new Error('the connection was lost before the reply'));
    if (!this.#closed) void this.#connect();
  }
}

function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join('')}`;
}
