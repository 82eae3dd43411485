import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Answer, encodeAnswer, encodePush, type Protocol } from './answer.ts';
import { reset } from './reset.ts';
import { RespParser } from './resp.ts';

/** What a fake server does with the commands of a connection. */
export interface FakeConnectionOwner {
  /** The bytes to answer with. The next command of the connection is not looked at before. */
  answer(connection: FakeConnection, args: readonly string[]): Promise<string>;
  gone(connection: FakeConnection): void;
}

/** One client of a fake server. Its commands are answered in order, as a real server does. */
export class FakeConnection {
  /** Counts from 1. */
  readonly id: number;
  protocol: Protocol = 2;
  authenticated: boolean;
  name = '';
  readonly channels: Set<string> = new Set();
  readonly patterns: Set<string> = new Set();

  readonly #socket: Socket;
  readonly #parser = new RespParser();
  #last: Promise<void> = Promise.resolve();

  constructor(id: number, socket: Socket, authenticated: boolean, owner: FakeConnectionOwner) {
    this.id = id;
    this.authenticated = authenticated;
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => owner.gone(this));
    socket.on('data', (bytes: Buffer) => {
      for (const { value } of this.#parse(bytes)) {
        if (Array.isArray(value)) this.#enqueue(value.map(String), owner);
      }
    });
  }

  /** How many channels and patterns it listens to. */
  get subscriptions(): number {
    return this.channels.size + this.patterns.size;
  }

  encode(answer: Answer): string {
    return encodeAnswer(answer, this.protocol);
  }

  encodePush(items: readonly Answer[]): string {
    return encodePush(items, this.protocol);
  }

  write(bytes: string): void {
    if (bytes !== '' && !this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Disconnects; with a reset, where there is no TLS. */
  destroy(): void {
    if (this.#socket instanceof TLSSocket) this.#socket.destroy();
    else reset(this.#socket);
  }

  #parse(bytes: Buffer): ReturnType<RespParser['push']> {
    try {
      return this.#parser.push(bytes);
    } catch {
      this.destroy();
      return [];
    }
  }

  #enqueue(args: readonly string[], owner: FakeConnectionOwner): void {
    this.#last = this.#last.then(async () => this.write(await owner.answer(this, args)));
  }
}
