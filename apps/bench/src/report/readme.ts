import type { ClientResult, ScenarioResult } from '../results.ts';
import { blocks, table } from './markdown.ts';
import { show } from './numbers.ts';
import { find, medianOf } from './select.ts';
import type { Source } from './source.ts';

/** Whom the README shows: ours, and what the libraries do by themselves. */
const shown = [
  'switchmaster-ioredis6',
  'ioredis6',
  'ioredis6-tuned',
  'switchmaster-node-redis6',
  'node-redis6',
  'haproxy',
];

/** Whom it shows without a fault: those of one library stand together. */
const shownUnderLoad = [
  'switchmaster-ioredis6',
  'ioredis6',
  'ioredis6-autopipelining',
  'switchmaster-iovalkey',
  'iovalkey',
  'switchmaster-node-redis6',
  'node-redis6',
  'switchmaster-node-redis5',
  'node-redis5',
];

/** What the README quotes, by the name in its markers. */
export function quotes(source: Source): Readonly<Record<string, string>> {
  const [planned, load] = [faultQuote(source), loadQuote(source)];
  return { ...(planned !== undefined && { planned }), ...(load !== undefined && { load }) };
}

function faultQuote({ faults }: Source): string | undefined {
  const results = faults?.results ?? [];
  const planned = find(results, 'S3', 'serial');
  const crash = find(results, 'S1', 'serial');
  const hang = find(results, 'S2', 'serial');
  if (!planned || !crash || !hang) return undefined;
  const duration =
    (of: ScenarioResult, figure: string) =>
    (name: string): string => {
      const value = medianIn(of, name, figure);
      return value === undefined ? '–' : value === null ? 'never' : `${show(Math.round(value), 'count')} ms`;
    };
  const rows = shown.filter((name) => planned.clients.some(({ client }) => client === name));
  const text = table(rows, [
    { head: 'client', align: 'left', cell: (name) => name },
    { head: 'planned: lost', cell: (name) => show(medianIn(planned, name, 'lost') ?? 0, 'count') },
    { head: 'planned: outage', cell: duration(planned, 'outage') },
    { head: 'crash: outage', cell: duration(crash, 'outage') },
    { head: 'hang: outage', cell: duration(hang, 'outage') },
  ]);
  const note =
    'Medians of one write after the other; [all clients, all scenarios, and where we are not first](docs/benchmark.md).';
  return blocks(text, note);
}

function loadQuote({ throughput }: Source): string | undefined {
  const results = throughput?.results ?? [];
  const [serial, set, get] = ['set', 'set-50', 'get-50'].map((scenario) => find(results, scenario));
  if (!serial || !set || !get) return undefined;
  const ratio =
    (of: ScenarioResult) =>
    (name: string): string => {
      const value = medianIn(of, name, 'rateRatio');
      return typeof value === 'number' ? show(value, 'ratio') : '–';
    };
  const rows = shownUnderLoad.filter((name) => set.clients.some(({ client }) => client === name));
  const text = table(rows, [
    { head: 'client', align: 'left', cell: (name) => name },
    { head: 'one at a time', cell: ratio(serial) },
    { head: 'SET, 50 in flight', cell: ratio(set) },
    { head: 'GET, 50 in flight', cell: ratio(get) },
  ]);
  return blocks(
    text,
    'Commands per second, as a ratio to the same client with one node and no Sentinel; medians.',
  );
}

/** `undefined`: it was not there. */
function medianIn({ clients }: ScenarioResult, name: string, figure: string): number | null | undefined {
  const found: ClientResult | undefined = clients.find(({ client }) => client === name);
  return found && found.runs.length > 0 ? medianOf(found, figure) : undefined;
}

/**
 * `text` with the quotes between their markers, `<!-- benchmark:name -->` and `<!-- /benchmark -->`.
 *
 * @throws Error where a quote has no markers to stand between.
 */
export function withQuotes(text: string, all: Readonly<Record<string, string>>): string {
  return Object.entries(all).reduce((current, [name, quote]) => {
    const [begin, end] = [`<!-- benchmark:${name} -->`, '<!-- /benchmark -->'];
    const from = current.indexOf(begin);
    const to = current.indexOf(end, from);
    if (from === -1 || to === -1)
      throw new Error(`expected ${begin} and ${end} around the quote in README.md, found none`);
    return `${current.slice(0, from + begin.length)}\n\n${quote}\n\n${current.slice(to)}`;
  }, text);
}
