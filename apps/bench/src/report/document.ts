import { clients } from '../clients/index.ts';
import type { SectionName } from '../results.ts';
import type { Behind } from './reasons.ts';
import { behindInFaults, faultPlots, faultsSection, type Plots } from './faults.ts';
import {
  behindInFanOut,
  behindInLoad,
  fanOutPlots,
  fanOutSection,
  latencySection,
  resourcesSection,
  throughputPlots,
  throughputSection,
} from './load.ts';
import { blocks, list, table } from './markdown.ts';
import type { Part, Source } from './source.ts';
import { whereSection } from './where.ts';

type Results = Part['results'];

interface Chapter {
  readonly text: (results: Results) => string;
  readonly plots?: (results: Results) => Plots;
  readonly behind: (results: Results) => Behind[];
}

const chapters: Readonly<Record<SectionName, Chapter>> = {
  faults: { text: faultsSection, plots: faultPlots, behind: behindInFaults },
  throughput: {
    text: throughputSection,
    plots: throughputPlots,
    behind: (results) => behindInLoad('throughput', results),
  },
  latency: { text: latencySection, behind: (results) => behindInLoad('latency', results) },
  resources: { text: resourcesSection, behind: (results) => behindInLoad('resources', results) },
  fanOut: { text: fanOutSection, plots: fanOutPlots, behind: behindInFanOut },
};

const introduction = `\
# Benchmark

What a client does to your application while Redis Sentinel fails over, and what it costs while nothing happens: ours,
the clients' own Sentinel support, HAProxy in between, and two oracles that are told what no client can know. This page
is written by the benchmark from [its results](benchmark/results.json), and a test compares the two.

\`\`\`sh
npx pnpm@12 bench --list             # scenarios and clients
npx pnpm@12 bench --scenario S3      # one of them
npx pnpm@12 bench --report           # everything, and this page
npx pnpm@12 bench --render           # this page again, from the results there are
\`\`\``;

const unmeasured = `\
## What is not measured

- Other machines than this one: servers, clients and the benchmark share its cores, and all traffic is on loopback. A
  network adds its round trips to everybody alike.
- Redis Cluster, managed services, TLS, and other versions of the server than the one named above.
- Clients of other languages.
- What asynchronous replication loses in a crash of the master; no client can do anything about it.
- Many masters under one set of sentinels, and deployments of more than three sentinels.
- Weeks. A run takes seconds to a minute.`;

export interface Report {
  readonly document: string;
  /** By the name of the file. */
  readonly plots: Plots;
}

/** The same results give the same report. */
export function renderReport(source: Source): Report {
  const parts = Object.entries(source) as [SectionName, Part][];
  const plots = parts.map(([name, { results }]) => chapters[name].plots?.(results) ?? {});
  return {
    plots: Object.assign({}, ...plots) as Plots,
    document: `${blocks(
      introduction,
      whereSection(parts),
      clientSection(),
      ...parts.map(([name, { results }]) => chapters[name].text(results)),
      behindSection(parts),
      unmeasured,
    )}\n`,
  };
}

function clientSection(): string {
  return blocks(
    '## Who',
    table(clients, [
      { head: 'client', align: 'left', cell: ({ name }) => name },
      { head: 'kind', align: 'left', cell: ({ kind }) => kind },
      { head: 'library', align: 'left', cell: ({ library }) => library },
      { head: 'set up as', align: 'left', cell: ({ about }) => about },
    ]),
  );
}

function behindSection(parts: readonly [SectionName, Part][]): string {
  const behind = parts.flatMap(([name, { results }]) => chapters[name].behind(results));
  const known = behind.flatMap(({ why }) => why ?? []);
  const reasons = new Set([...known, ...behind.map(({ why }) => why)]);
  return blocks(
    '## Where we are not first',
    'Lines on which another client or an oracle is ahead of one of ours by more than chance (in the median, and in ' +
      'its worst run it is better than ours in its best, outages by 20 ms at least), and goals that were missed.',
    behind.length === 0 ? 'None.' : '',
    ...[...reasons].flatMap((reason) => [
      reason ?? 'What else there is:',
      list(behind.filter(({ why }) => why === reason).map(({ line }) => line)),
    ]),
  );
}
