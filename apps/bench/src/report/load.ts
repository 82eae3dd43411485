import type { ClientResult, ScenarioResult } from '../results.ts';
import type { Plots } from './faults.ts';
import { blocks, image, table } from './markdown.ts';
import { show, showFigure } from './numbers.ts';
import { curves } from './plots/curves.ts';
import { ranges } from './plots/ranges.ts';
import { reasonFor, type Behind } from './reasons.ts';
import { measured, medianOf } from './select.ts';

export function throughputSection(results: readonly ScenarioResult[]): string {
  return blocks(
    '## Throughput',
    'As many commands as one client can do, with values of 32 bytes. In each round the clients of a library have two ' +
      'turns each, never in a row, in new processes, and a ratio is that of the same round: to the plain client, which ' +
      'knows one node and nothing of Sentinel. The server and the client share a core, so that a rate is what a command ' +
      'costs them both in CPU time: on a virtual machine it takes several times as long to wake another core, and not ' +
      'always. Before each turn all garbage of the client is collected. The column of CPU time is that of the whole ' +
      'process of the client alone, system calls included. ' +
      'What differs by an option of the failover alone, and `@switchmaster/nestjs`, whose client is that of ' +
      '`@switchmaster/ioredis`, is not measured again. A client of ours that is well above 1 puts into one write what ' +
      'the plain one writes piece by piece.',
    image('Throughput as a ratio to the plain client', 'benchmark/throughput.svg'),
    ...results.map(figureTable),
  );
}

export function throughputPlots(results: readonly ScenarioResult[]): Plots {
  const rows = results.flatMap((result) =>
    measured(result).flatMap(({ client, kind, summary: { rateRatio } }) =>
      rateRatio ? [{ label: `${client}, ${result.scenario}`, kind, spread: rateRatio }] : [],
    ),
  );
  const ordered = rows.toSorted((a, b) => order(a.kind) - order(b.kind));
  if (ordered.length === 0) return {};
  const marks = [{ at: 1, label: 'plain client' }];
  const axis = 'commands per second, as a ratio to the plain client';
  return { 'throughput.svg': ranges(ordered, { axis, marks, from: 0 }) };
}

function order(kind: string): number {
  return kind === 'ours' ? 0 : 1;
}

export function latencySection(results: readonly ScenarioResult[]): string {
  return blocks(
    '## Latency',
    'Commands are given at a fixed rate, whether or not those before were answered, and a latency counts from the ' +
      'moment at which its command was due: what is held up is late, and cannot hide. In each round the ' +
      'clients of a library, in new processes that have given some ten thousand commands, have eight turns of a second ' +
      'each, never two in a row, and a core to themselves meanwhile. A percentile is that of the usual turn, the median ' +
      'of the eight; a ratio is that of the same round.',
    ...results.map(figureTable),
  );
}

export function resourcesSection(results: readonly ScenarioResult[]): string {
  return blocks(
    '## Memory, connections and loading',
    'Each number of idle clients is measured in a fresh process, after all garbage was collected. _Heap_ is what ' +
      'JavaScript uses and what lies outside the heap on its behalf. _Heap per further client_ is by how much the ' +
      'process exceeds that with a single client, for each of the others; what all of them share is in the heap of the ' +
      'single one. Clients of ours share a resolver, as those of one application do. Connections are as the servers ' +
      'count them.',
    ...results.map(figureTable),
  );
}

export function fanOutSection(results: readonly ScenarioResult[]): string {
  return blocks(
    '## Fan-out',
    'A thousand resolvers in four processes on this one machine, three sentinels, one planned failover. Times count ' +
      'from the moment at which the new master says `master` until a resolver has moved its followers. CPU per ' +
      'resolver is that from the beginning of the failover until the last of its process has moved. CPU of the ' +
      'sentinels is that of all three from the command until the announcement. Each run is one failover.',
    image('How many resolvers have moved, by the time since the promotion', 'benchmark/fan-out.svg'),
    ...results.map(figureTable),
  );
}

export function fanOutPlots(results: readonly ScenarioResult[]): Plots {
  const lines = results.flatMap(({ scenario, clients: [crowd] }) => {
    if (!crowd) return [];
    const points = Object.entries(crowd.summary).flatMap(([name, { median }]): [number, number][] => {
      const tenth = /^moved-(\d+)$/.exec(name)?.[1];
      return tenth === undefined ? [] : [[median, Number(tenth)]];
    });
    return [
      {
        label:
          scenario === 'shared' ? 'a sentinel set for each process' : 'each resolver given the addresses',
        points,
      },
    ];
  });
  if (lines.length === 0) return {};
  return { 'fan-out.svg': curves(lines, { x: 'ms since the promotion, median of the runs', y: 'moved, %' }) };
}

function figureTable(result: ScenarioResult): string {
  const clients = measured(result);
  const figures = result.figures.filter(({ name }) => clients.some(({ summary }) => name in summary));
  const rows = table(clients, [
    { head: 'client', align: 'left', cell: ({ client }) => client },
    { head: 'runs', cell: ({ runs }) => `${runs.length}` },
    ...figures.map((figure) => ({
      head: figure.title,
      cell: (client: ClientResult) => showFigure(client, figure),
    })),
  ]);
  return blocks(`### ${result.title}`, clients.length > 0 ? rows : undefined, ...result.notes);
}

interface Goal {
  readonly figure: string;
  readonly what: string;
  readonly isMet: (ratio: number) => boolean;
}

const goals: Readonly<Record<'throughput' | 'latency' | 'resources', readonly Goal[]>> = {
  throughput: [
    {
      figure: 'rateRatio',
      what: 'throughput below 0.98 of the plain client',
      isMet: (ratio) => ratio >= 0.98,
    },
  ],
  latency: [
    { figure: 'p99Ratio', what: 'p99 above 1.05 of the plain client', isMet: (ratio) => ratio <= 1.05 },
  ],
  resources: [
    {
      figure: 'perClientRatio',
      what: 'heap per further client above 1.10 of the plain client',
      isMet: (ratio) => ratio <= 1.1,
    },
    {
      figure: 'heapRatio',
      what: 'heap of the process above 1.10 of the plain client',
      isMet: (ratio) => ratio <= 1.1,
    },
  ],
};

/** Where a client of ours misses what it should do beside the plain one. */
export function behindInLoad(section: keyof typeof goals, results: readonly ScenarioResult[]): Behind[] {
  return results.flatMap((result) =>
    goals[section].flatMap(({ figure, what, isMet }) =>
      measured(result).flatMap((client) => {
        const ratio = medianOf(client, figure);
        if (client.kind !== 'ours' || ratio === null || isMet(ratio)) return [];
        const line = `${result.title}, ${what}: \`${client.client}\` ${show(ratio, 'ratio')}.`;
        return [{ line, why: reasonFor(result.scenario, figure, client.client) }];
      }),
    ),
  );
}

const fanOutGoalMs = 300;

export function behindInFanOut(results: readonly ScenarioResult[]): Behind[] {
  return results.flatMap((result) => {
    const [client] = result.clients;
    const last = client && medianOf(client, 'moved-100');
    if (typeof last !== 'number' || last <= fanOutGoalMs) return [];
    const where = `Fan-out, ${result.title}`;
    return [
      {
        line: `${where}: the last moved later than ${fanOutGoalMs} ms after the promotion: ${show(last, 'ms')} ms.`,
      },
    ];
  });
}
