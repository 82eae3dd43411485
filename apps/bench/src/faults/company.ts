import type { ClientDefinition, Deployment } from '../clients/client.ts';
import { Contestant } from './contestant.ts';
import type { Legacy, Mode } from './messages.ts';

/** Who takes longer to connect goes on while the next one begins. */
const aloneMs = 1000;

/** What a contestant left of a run. */
export interface Estate {
  readonly definition: ClientDefinition;
  readonly legacy: Legacy;
}

/** The contestants' processes. Each serves run after run, and is replaced when it has died or hangs. */
export class Company implements AsyncDisposable {
  readonly #modes: readonly Mode[];
  readonly #all: Contestant[];
  #scenario: string | undefined;

  constructor(definitions: readonly ClientDefinition[], modes: readonly Mode[]) {
    this.#modes = modes;
    this.#all = definitions.map((definition) => new Contestant(definition));
  }

  /** Those that take part. */
  get members(): readonly Contestant[] {
    return this.#all.filter(({ definition }) => takesPart(definition, this.#scenario));
  }

  /** Connects those that take part in a scenario, and can. Resolves with what became of the others. */
  async connect(scenario: string, deployment: Deployment): Promise<string[]> {
    this.#scenario = scenario;
    const attempts = this.members.map(async (member) => {
      try {
        await member.connect(deployment, this.#modes);
        return [];
      } catch (error) {
        await this.#replace(member);
        return [error instanceof Error ? error.message : String(error)];
      }
    });
    return (await Promise.all(attempts)).flat();
  }

  write(): void {
    for (const member of this.members) member.write();
  }

  /** Ends what they have, and has one after the other connect and write: together they would wait for a core. */
  async restart(deployment: Deployment): Promise<void> {
    await this.stop();
    for (const member of this.members) await member.connectAndWrite(deployment, this.#modes, aloneMs);
  }

  /** Ends the writing. A process that does not answer, or that has not even connected, is replaced. */
  async stop(): Promise<Estate[]> {
    const estates = this.members.map(async (member): Promise<Estate[]> => {
      const { definition, isConnected } = member;
      const legacy = await member.stop().catch(() => undefined);
      if (!legacy || !isConnected) await this.#replace(member);
      return legacy ? [{ definition, legacy }] : [];
    });
    return (await Promise.all(estates)).flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((member) => member[Symbol.asyncDispose]()));
  }

  async #replace(member: Contestant): Promise<void> {
    await member[Symbol.asyncDispose]();
    this.#all[this.#all.indexOf(member)] = new Contestant(member.definition);
  }
}

/** Some clients are meant for certain scenarios only. */
export function takesPart({ scenarios }: ClientDefinition, scenario: string | undefined): boolean {
  return scenario === undefined || scenarios === undefined || scenarios.includes(scenario);
}
