import { createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Answer, encodeAnswer, type Protocol, Status } from './answer.ts';
import { FakeConnection } from './fake-connection.ts';
import { ReplyError } from './resp.ts';

/** A command that a fake server has received. */
export interface ReceivedCommand {
  /** Which connection it came on: they count from 1. */
  readonly connection: number;
  readonly args: readonly string[];
  /** All of it: `SENTINEL MASTER mymaster`. */
  readonly text: string;
}

/** What all fake servers can do. */
export interface FakeServerOptions {
  /** The address to listen at. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** The port to listen at. Default: 0, which means any free one. */
  readonly port?: number | undefined;
  /** The newest protocol: 2 refuses `HELLO`, as servers before 6.0 do. Default: 3. */
  readonly protocol?: Protocol | undefined;
  /** Must be given by clients, in `AUTH` or `HELLO`. Default: none. */
  readonly password?: string | undefined;
  /** The user that has {@link password}. Default: `default`. */
  readonly username?: string | undefined;
  /** Makes it speak TLS only, with this certificate in PEM. Default: no TLS. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
}

/** Bytes as they go on the wire, or what makes them. */
export type RawReply = string | ((args: readonly string[]) => string);

interface Rule {
  raw?: RawReply | undefined;
  delayMs?: number | undefined;
  hanging?: Promise<void> | undefined;
  resume?: (() => void) | undefined;
}

/**
 * A server that speaks the protocol from a script, with the faults that a real one shows too rarely: the base of
 * `FakeSentinel` and `FakeNode`.
 *
 * Where a method takes a command, it is the first word or the first two in any case (`ping`, `sentinel master`), or
 * `*` for all; the closest match counts.
 */
export abstract class FakeServer implements AsyncDisposable {
  readonly #options: FakeServerOptions;
  readonly #server: Server;
  readonly #connections = new Set<FakeConnection>();
  readonly #received: ReceivedCommand[] = [];
  readonly #rules = new Map<string, Rule>();
  #accepted = 0;
  readonly #host: string;
  #port = 0;

  protected constructor(options: FakeServerOptions) {
    this.#options = options;
    this.#host = options.host ?? '127.0.0.1';
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** The address to give to clients. */
  get host(): string {
    return this.#host;
  }

  /** The port to give to clients. */
  get port(): number {
    return this.#port;
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.#connections.size;
  }

  /** How many clients have connected so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** All commands, in the order of arrival; those that hang are among them. */
  get received(): readonly ReceivedCommand[] {
    return this.#received;
  }

  /** Stops answering a command, and whatever comes after it on the same connection. {@link resume} answers it all. */
  hang(command = '*'): void {
    const rule = this.#rule(command);
    rule.hanging ??= new Promise((resolve) => (rule.resume = resolve));
  }

  /** Ends {@link hang}: for one command, or for all of them by default. */
  resume(command?: string): void {
    const rules = command === undefined ? [...this.#rules.values()] : [this.#rule(command)];
    for (const rule of rules) {
      rule.resume?.();
      rule.hanging = undefined;
    }
  }

  /** Answers a command late, by so many milliseconds; 0 ends it. */
  delay(command: string, delayMs: number): void {
    this.#rule(command).delayMs = delayMs;
  }

  /**
   * Answers a command with these bytes; undefined ends it.
   *
   * @example
   * ```ts
   * fake.reply('sentinel master', '-IDONTKNOW I have no idea\r\n');
   * ```
   */
  reply(command: string, raw: RawReply | undefined): void {
    this.#rule(command).raw = raw;
  }

  /** Disconnects everybody, with a reset. */
  dropConnections(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  /** Refuses new connections. Resolves when it does. */
  async refuse(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // The end is reported only when the last connection is gone, the port is free at once.
    if (this.#connections.size === 0) await closed;
  }

  /** Accepts connections again, on the same port. */
  async accept(): Promise<void> {
    if (this.#server.listening) return;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: this.#host, port: this.#port, exclusive: true }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Disconnects everybody and stops listening. */
  async close(): Promise<void> {
    this.resume();
    this.dropConnections();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal Listens for the first time. */
  async listen(): Promise<this> {
    this.#port = this.#options.port ?? 0;
    await this.accept();
    const bound = this.#server.address();
    if (bound !== null && typeof bound === 'object') this.#port = bound.port;
    return this;
  }

  /** What a kind of server answers to its own commands. */
  protected abstract execute(args: readonly string[], connection: FakeConnection): Answer | undefined;

  /** `sentinel`, `standalone`, … for `HELLO`. */
  protected abstract get hello(): Readonly<Record<string, string>>;

  /** Sends to each connection what `bytesFor` makes for it, and counts them. */
  protected send(bytesFor: (connection: FakeConnection) => string): number {
    const written = [...this.#connections].map((connection) => {
      const bytes = bytesFor(connection);
      connection.write(bytes);
      return bytes !== '';
    });
    return written.filter(Boolean).length;
  }

  #accept(socket: Socket): void {
    this.#accepted += 1;
    const { tls } = this.#options;
    const stream = tls ? new TLSSocket(socket, { ...tls, isServer: true }) : socket;
    const connection = new FakeConnection(this.#accepted, stream, this.#options.password === undefined, {
      answer: (from, args) => this.#answer(from, args),
      gone: (from) => this.#connections.delete(from),
    });
    this.#connections.add(connection);
  }

  async #answer(connection: FakeConnection, args: readonly string[]): Promise<string> {
    this.#received.push({ connection: connection.id, args, text: args.join(' ') });
    const rules = this.#rulesFor(args);
    for (const { hanging } of rules) await hanging;
    const delayMs = rules.find((rule) => rule.delayMs !== undefined)?.delayMs ?? 0;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const raw = rules.find((rule) => rule.raw !== undefined)?.raw;
    if (raw !== undefined) return typeof raw === 'string' ? raw : raw(args);
    return this.#bytes(connection, args);
  }

  #bytes(connection: FakeConnection, args: readonly string[]): string {
    const command = (args[0] ?? '').toUpperCase();
    if (/^P?(UN)?SUBSCRIBE$/.test(command) && connection.authenticated)
      return subscribe(connection, command, args);
    // HELLO changes the protocol in which it is answered itself.
    const answer = this.#run(connection, command, args);
    return encodeAnswer(answer, connection.protocol);
  }

  #run(connection: FakeConnection, command: string, args: readonly string[]): Answer {
    if (command === 'HELLO' && this.#options.protocol !== 2) return this.#hello(connection, args);
    if (command === 'AUTH') return this.#auth(connection, args.slice(1));
    if (!connection.authenticated) return new ReplyError('NOAUTH Authentication required.');
    if (command === 'PING') return ping(connection, args[1]);
    if (connection.protocol === 2 && connection.subscriptions > 0) return notWhileSubscribed(args);
    if (command === 'CLIENT') return client(connection, args);
    return this.execute(args, connection) ?? unknownCommand(args);
  }

  #hello(connection: FakeConnection, args: readonly string[]): Answer {
    const version = Number(args[1] ?? connection.protocol);
    if (version !== 2 && version !== 3) return new ReplyError('NOPROTO unsupported protocol version');
    const auth = args.findIndex((word) => word.toUpperCase() === 'AUTH');
    if (auth > 0) {
      const refused = this.#auth(connection, args.slice(auth + 1, auth + 3));
      if (refused instanceof ReplyError) return refused;
    }
    if (!connection.authenticated) return new ReplyError(helloNeedsAuth);
    connection.protocol = version;
    const fields = Object.entries({
      server: 'redis',
      version: '7.0.15',
      proto: version,
      id: connection.id,
      ...this.hello,
    });
    return new Map<string, Answer>([...fields, ['modules', []]]);
  }

  #auth(connection: FakeConnection, credentials: readonly string[]): Answer {
    const { username = 'default', password } = this.#options;
    if (password === undefined && credentials.length === 1) return new ReplyError(authWithoutPassword);
    const [user, secret] = credentials.length === 1 ? ['default', credentials[0]] : credentials;
    const right = user === username && (password === undefined || secret === password);
    if (!right) return new ReplyError('WRONGPASS invalid username-password pair or user is disabled.');
    connection.authenticated = true;
    return new Status('OK');
  }

  #rule(command: string): Rule {
    const key = command.toUpperCase();
    const rule = this.#rules.get(key) ?? {};
    this.#rules.set(key, rule);
    return rule;
  }

  #rulesFor(args: readonly string[]): Rule[] {
    const words = args.slice(0, 2).map((word) => word.toUpperCase());
    const keys = [words.join(' '), words[0] ?? '', '*'];
    return keys.flatMap((key) => this.#rules.get(key) ?? []);
  }
}

const helloNeedsAuth =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time';
const authWithoutPassword =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?';

function ping(connection: FakeConnection, text: string | undefined): Answer {
  if (connection.protocol === 2 && connection.subscriptions > 0) return ['pong', text ?? ''];
  return text ?? new Status('PONG');
}

function client(connection: FakeConnection, args: readonly string[]): Answer {
  switch ((args[1] ?? '').toUpperCase()) {
    case 'ID':
      return connection.id;
    case 'GETNAME':
      return connection.name === '' ? null : connection.name;
    case 'SETNAME':
      connection.name = args[2] ?? '';
      return new Status('OK');
    default:
      return new Status('OK');
  }
}

function subscribe(connection: FakeConnection, command: string, args: readonly string[]): string {
  const set = command.startsWith('P') ? connection.patterns : connection.channels;
  const leaving = command.includes('UN');
  const named = args.slice(1);
  const topics = leaving && named.length === 0 ? [...set] : named;
  const confirm = (topic: Answer): string =>
    connection.encodePush([command.toLowerCase(), topic, connection.subscriptions]);
  if (topics.length === 0) return confirm(null);
  const confirmations = topics.map((topic) => {
    if (leaving) set.delete(topic);
    else set.add(topic);
    return confirm(topic);
  });
  return confirmations.join('');
}

function notWhileSubscribed(args: readonly string[]): ReplyError {
  const command = args.slice(0, 2).join('|').toLowerCase();
  return new ReplyError(
    `ERR Can't execute '${command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
  );
}

function unknownCommand(args: readonly string[]): ReplyError {
  const rest = args.slice(1).map((arg) => `'${arg}' `);
  return new ReplyError(`ERR unknown command '${args[0]}', with args beginning with: ${rest.join('')}`);
}
