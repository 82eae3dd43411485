import Table from 'cli-table3';
import type { ClientResult, FigureDefinition, ScenarioResult, Spread } from './results.ts';
import { median, pairedRatios } from './statistics.ts';
import type { Colors } from './style.ts';

/** One scenario with all its clients: the median of each figure, and its range where there is one. */
export function renderTable(result: ScenarioResult, colors: Colors): string {
  const { scenario, variant, title, figures, clients, notes } = result;
  const base = clients.find(({ kind }) => kind === 'ours');
  const compared = figures.find(({ better }) => better !== undefined);
  const table = new Table({
    head: ['client', 'runs', ...figures.map((figure) => figure.title), 'ratio'].map((head) =>
      colors.bold(head),
    ),
    colAligns: ['left', ...Array.from({ length: figures.length + 2 }, () => 'right' as const)],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: { ...noLines, middle: '  ' },
  });
  for (const client of clients) {
    table.push([
      nameOf(client, colors),
      runsOf(client),
      ...figures.map((figure) => cell(client, figure, colors)),
      ratio(client, base, compared),
    ]);
  }
  const heading = colors.bold([scenario, variant].filter(Boolean).join(' '));
  const lines = [
    `${heading}  ${title}`,
    table.toString().replaceAll(/ +$/gm, ''),
    ...notes.map((note) => `  ${note}`),
  ];
  return lines.join('\n');
}

function nameOf({ client, kind }: ClientResult, colors: Colors): string {
  if (kind === 'ours') return colors.green(client);
  return kind === 'oracle' ? colors.cyan(client) : client;
}

/** `5`, or `4+1` where one is kept apart. */
function runsOf({ runs, apart }: ClientResult): string {
  return apart.length === 0 ? `${runs.length}` : `${runs.length}+${apart.length}`;
}

function cell({ runs, summary }: ClientResult, { name, unit }: FigureDefinition, colors: Colors): string {
  const spread = summary[name];
  if (!spread) return runs.length === 0 ? '' : colors.dim('never');
  const text = format(spread, unit);
  // Where it did not happen in some runs, the median of the others says little.
  const missing = runs.length - spread.n;
  return missing > 0 ? `${text} ${colors.dim(`(${missing} never)`)}` : text;
}

function format({ median: middle, min, max }: Spread, unit: FigureDefinition['unit']): string {
  const digits = unit === 'ratio' ? 2 : 0;
  const show = (value: number): string =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return show(min) === show(max) ? show(middle) : `${show(middle)} (${show(min)}–${show(max)})`;
}

/** Of the first figure that can be better or worse, to the first client of ours, run by run. */
function ratio(
  client: ClientResult,
  base: ClientResult | undefined,
  figure: FigureDefinition | undefined,
): string {
  if (!base || !figure || base === client) return '';
  const ratios = pairedRatios(figure.name, client.runs, base.runs);
  return ratios.length === 0 ? '' : `× ${median(ratios).toFixed(2)}`;
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
};
