import type { ClientDefinition } from '../clients/client.ts';
import type { Jobs } from './jobs.ts';
import { Worker } from './worker.ts';

export interface Member {
  readonly client: ClientDefinition;
  readonly worker: Worker<Jobs>;
}

/** A process for each of some clients, which are measured in turns. */
export class Crew implements AsyncDisposable {
  readonly members: readonly Member[];

  constructor(clients: readonly ClientDefinition[], signal: AbortSignal) {
    this.members = clients.map((client) => ({
      client,
      worker: new Worker<Jobs>('client-main.ts', [client.name], signal),
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.members.map(({ worker }) => worker[Symbol.asyncDispose]()));
  }
}
