import type { ConnectionOptions } from '../../connection-options.ts';

/** A client as the drill uses it. */
export interface Client {
  /** Resolves with the acknowledgement. The key is gone after `ttlSeconds`. */
  set(key: string, value: string, ttlSeconds: number): Promise<unknown>;
  /** Closes it at once. */
  close(): Promise<void> | void;
}

export interface ClientSetup {
  readonly deployment: ConnectionOptions;
  /** What each of its connections is named, so that it can be found in `CLIENT LIST`. */
  readonly connectionName: string;
  /** The user's own options of the client. */
  readonly options: Readonly<Record<string, unknown>>;
}

export type Connect = (setup: ClientSetup) => Promise<Client>;
