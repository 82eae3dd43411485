import type { Address } from '@switchmaster/testing';

/** What a client is told about the servers: the sentinels and the master's name, nothing more. */
export interface Deployment {
  readonly name: string;
  readonly sentinels: readonly Address[];
}

/** What a client does in a failover, as far as it lets anybody know. */
export type Move =
  | { readonly kind: 'held' | 'released' | 'disconnected' }
  | { readonly kind: 'connected'; /** `host:port`. */ readonly to: string };

/** A connected client that the demo writes with. */
export interface Client {
  set(key: string, value: string): Promise<unknown>;
  /** Drops the connection at once. */
  close(): void;
}

/** Connects a client as its users do, and resolves when it takes commands. A file in this folder exports one. */
export type Connect = (deployment: Deployment, report: (move: Move) => void) => Promise<Client>;
