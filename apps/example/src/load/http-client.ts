import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';

/** An answer that was a success. */
export interface HttpAnswer {
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** Much less than the server's own, which otherwise might close a connection just as it is used again. */
const idleMs = 1000;

/** Asks one server, on connections that it keeps. */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true, timeout: idleMs });
  readonly #baseUrl: string;
  readonly #timeoutMs: number;

  constructor(baseUrl: string, timeoutMs: number) {
    this.#baseUrl = baseUrl;
    this.#timeoutMs = timeoutMs;
  }

  /** Rejects when the time is up, and for any answer but a success. */
  async request(method: 'GET' | 'PUT', path: string): Promise<HttpAnswer> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const asked = request(new URL(path, this.#baseUrl), { method, agent: this.#agent, signal });
    asked.end();
    const [response] = (await once(asked, 'response', { signal })) as [IncomingMessage];
    const { statusCode = 0, headers } = response;
    const body = await json(response);
    if (statusCode >= 300) throw new Error(`${method} ${path} was answered with ${statusCode}`);
    return { body, headers };
  }

  /** Drops all connections. */
  close(): void {
    this.#agent.destroy();
  }
}
