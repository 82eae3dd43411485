import { deadline } from './clock.ts';
import { SwitchmasterError } from './errors.ts';
import { kindOf } from './invalid.ts';

/** A user and a password; a password alone is the `default` user's. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** Gives the credentials that are valid now. */
export type CredentialsProvider = () => Credentials | Promise<Credentials>;

/** What connections authenticate with: given once, or asked for at each of them. */
export type CredentialsSource = Credentials | AskedCredentials;

/** A provider, as a connection asks it. It is the user's own: it may throw, hang, or give anything. */
export class AskedCredentials {
  readonly #provider: CredentialsProvider;
  readonly #option: string;
  #pending: Promise<Credentials> | undefined;

  /** `option` is what it was given as, for messages. */
  constructor(provider: CredentialsProvider, option: string) {
    this.#provider = provider;
    this.#option = option;
  }

  /** Whether it is the same provider that is asked. */
  asksAs(other: AskedCredentials): boolean {
    return this.#provider === other.#provider;
  }

  /** Connections that are made at the same moment share an answer; a call that hangs is given up. */
  async ask(timeoutMs: number, signal: AbortSignal): Promise<Credentials> {
    const pending = (this.#pending ??= this.#call());
    const giveUp = new AbortController();
    const inTime = deadline(timeoutMs, () => giveUp.abort(this.#failed(`gave none within ${timeoutMs} ms`)));
    const abort = (): void => giveUp.abort(this.#failed('is no longer needed'));
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      return await Promise.race([pending, whenAborted(giveUp.signal)]);
    } finally {
      inTime();
      signal.removeEventListener('abort', abort);
      if (this.#pending === pending) this.#pending = undefined;
    }
  }

  async #call(): Promise<Credentials> {
    let given: unknown;
    try {
      given = await this.#provider();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : kindOf(cause);
      throw this.#failed(`threw: ${why}`, cause);
    }
    return this.#checked(given);
  }

  /** What it gave is shown by its kind only: it may be the secret itself, in another shape. */
  #checked(given: unknown): Credentials {
    if (typeof given !== 'object' || given === null) {
      throw this.#failed(`gave ${kindOf(given)}; expected { username, password }`);
    }
    const { username, password } = given as Credentials;
    if (username !== undefined && typeof username !== 'string') {
      throw this.#failed(`gave ${kindOf(username)} as \`username\`; expected a string`);
    }
    if (typeof password !== 'string') {
      throw this.#failed(`gave ${kindOf(password)} as \`password\`; expected a string`);
    }
    return { username, password };
  }

  #failed(what: string, cause?: unknown): SwitchmasterError {
    const options = cause === undefined ? undefined : { cause };
    return new SwitchmasterError('INVALID_OPTION', `\`${this.#option}()\` ${what}`, options);
  }
}

/** Whether there is nothing to authenticate with. */
export function isEmpty(source: CredentialsSource): boolean {
  return !(source instanceof AskedCredentials) && source.password === undefined;
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
