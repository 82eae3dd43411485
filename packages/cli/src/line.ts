import {
  formatAddress,
  ReplyError,
  type NodeAddress,
  type Reply,
  type ServerConnection,
  type ServerKind,
  type Servers,
} from '@switchmaster/core';

/** A server that is asked again and again. A connection that was lost, as a promotion ends all, is made anew. */
export class Line implements Disposable {
  readonly address: NodeAddress;
  /** `host:port`, for messages. */
  readonly where: string;
  readonly #servers: Servers;
  readonly #kind: ServerKind;
  #connection: ServerConnection | undefined;
  #closed = false;

  constructor(servers: Servers, kind: ServerKind, address: NodeAddress) {
    this.#servers = servers;
    this.#kind = kind;
    this.address = address;
    this.where = formatAddress(address);
  }

  /** One command. An error reply is thrown. */
  async request(...command: readonly (string | number)[]): Promise<Reply> {
    const connection = (this.#connection ??= await this.#connect());
    return await connection.request(...command);
  }

  /** Several commands that happen together or not at all. An error reply of any of them is thrown. */
  async transaction(...commands: readonly (readonly (string | number)[])[]): Promise<void> {
    const connection = (this.#connection ??= await this.#connect());
    const queue = [['MULTI'], ...commands, ['EXEC']].map((command) => connection.request(...command));
    const replies = await Promise.allSettled(queue);
    const refused = replies.find((reply) => reply.status === 'rejected');
    if (refused) throw refused.reason;
    const last = replies.at(-1);
    const results = last?.status === 'fulfilled' && Array.isArray(last.value) ? last.value : [];
    for (const result of results) if (result instanceof ReplyError) throw result;
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #connect(): Promise<ServerConnection> {
    const connection = await this.#servers.connect(this.#kind, this.address);
    connection.onClose(() => {
      if (this.#connection === connection) this.#connection = undefined;
    });
    if (this.#closed) connection.close();
    return connection;
  }
}
