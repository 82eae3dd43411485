import type { ClientDefinition } from '../clients/client.ts';
import { loadAverage } from '../machine.ts';
import type { ClientResult, FigureDefinition, Run, ScenarioResult } from '../results.ts';
import { summarize } from '../statistics.ts';

type Subject = Pick<ClientDefinition, 'name' | 'kind' | 'library'>;

/** Collects the figures of a section as they come, by scenario and client. */
export class Ledger {
  readonly #figures: readonly FigureDefinition[];
  readonly #runs = new Map<string, Map<Subject, Run[]>>();

  constructor(figures: readonly FigureDefinition[]) {
    this.#figures = figures;
  }

  note(scenario: string, client: Subject, run: number, figures: Run['figures']): void {
    const ofScenario = this.#runs.get(scenario) ?? new Map<Subject, Run[]>();
    this.#runs.set(scenario, ofScenario);
    const runs = ofScenario.get(client) ?? [];
    ofScenario.set(client, runs);
    runs.push({ run, figures, loadAverage: loadAverage() });
  }

  /** What was noted of a scenario. */
  result(
    scenario: string,
    title: string,
    more: Pick<ScenarioResult, 'variant'> & { notes?: readonly string[] | undefined } = {},
  ): ScenarioResult {
    const clients = [...(this.#runs.get(scenario) ?? [])].map(
      ([{ name, kind, library }, runs]): ClientResult => {
        const inOrder = runs.toSorted((a, b) => a.run - b.run);
        return { client: name, kind, library, runs: inOrder, apart: [], summary: summarize(inOrder) };
      },
    );
    return { scenario, title, figures: this.#figures, clients, ...more, notes: more.notes ?? [] };
  }
}
