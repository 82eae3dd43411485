import type { ClientResult, ScenarioResult } from '../results.ts';
import { blocks, details, image, table } from './markdown.ts';
import { show, showFigure } from './numbers.ts';
import { bars } from './plots/bars.ts';
import { matrix } from './plots/matrix.ts';
import { ranges } from './plots/ranges.ts';
import { type Behind, reasonFor } from './reasons.ts';
import { best, find, isAhead, measured, medianOf } from './select.ts';

/** Plots by the name of their file. */
export type Plots = Readonly<Record<string, string>>;

const mode = 'serial';
const definitions = `\
- **outage**: the longest time without an acknowledgement of a write that lasts: writes that were acknowledged and lost
  do not end it. \`never\`: the client did not write again while it was looked on.
- **after promotion**: from the moment at which the new master says \`master\` to \`ROLE\` until the first write that it
  acknowledges to this client. **after +switch-master**: the same, from the first sentinel's announcement.
- **lost**: acknowledged, and not there when each key was looked up on the final master.
- **failed**: rejected by the client. **hung**: neither acknowledged nor rejected at the end.
- **run twice**: commands that are not idempotent and were counted twice, because the client sent them again.
- **event loop late**: the longest time for which the client's own process was not run or was busy; an outage can be
  longer than it is by that much on a busy machine.`;

export function faultsSection(results: readonly ScenarioResult[]): string {
  return blocks(
    '## Failovers and other faults',
    'Every client is in a process of its own and meets the same fault on the same servers at the same time, once with ' +
      'one write after the other (`serial`) and once with up to 50 in flight (`pipelined`). A run in which the ' +
      'sentinels failed over more often than the scenario has it is another scenario, and kept apart.',
    definitions,
    '### How long could nobody write?',
    image('Outage by client and scenario', 'benchmark/outage.svg'),
    legendOf(results),
    '### What does a planned failover lose?',
    image('Acknowledged writes lost in a planned failover', 'benchmark/lost.svg'),
    '### When does a client write again after a crash?',
    image('First acknowledged write after the promotion', 'benchmark/after-promotion.svg'),
    '### All figures',
    'Medians, with the least and the most where runs differ. Times are in milliseconds.',
    ...results.map(scenarioDetails),
  );
}

export function faultPlots(results: readonly ScenarioResult[]): Plots {
  const serial = results.filter(({ variant }) => variant === mode);
  const [first] = serial;
  const planned = find(results, 'S3', mode);
  const crash = find(results, 'S1', mode);
  return {
    ...(first && { 'outage.svg': outagePlot(serial, first) }),
    ...(planned && { 'lost.svg': lostPlot(planned) }),
    ...(crash && { 'after-promotion.svg': promotionPlot(crash) }),
  };
}

function outagePlot(serial: readonly ScenarioResult[], { clients }: ScenarioResult): string {
  const cells = serial.flatMap((result) =>
    measured(result).map((client) => {
      const value = medianOf(client, 'outage');
      return { row: client.client, column: result.scenario, value, label: shortDuration(value) };
    }),
  );
  const columns = serial.map(({ scenario }) => scenario);
  return matrix(
    clients.map(({ client }) => client),
    columns,
    cells,
  );
}

function lostPlot(planned: ScenarioResult): string {
  const rows = measured(planned).map((client) => {
    return { label: client.client, kind: client.kind, value: medianOf(client, 'lost') ?? 0 };
  });
  return bars(
    rows,
    `acknowledged writes lost, median of ${planned.clients[0]?.runs.length ?? 0} planned failovers`,
  );
}

function promotionPlot(crash: ScenarioResult): string {
  const rows = measured(crash).flatMap(({ client, kind, summary: { move } }) =>
    move ? [{ label: client, kind, spread: move }] : [],
  );
  const announced = announcementAfterPromotion(crash);
  const marks = announced === undefined ? [] : [{ at: announced, label: '+switch-master' }];
  return ranges(rows, {
    axis: 'ms from the promotion to the first acknowledged write',
    marks: [{ at: 0, label: 'promotion' }, ...marks],
  });
}

/** The difference of the two moments that moves are counted from. */
function announcementAfterPromotion({ clients }: ScenarioResult): number | undefined {
  const both = clients.flatMap(({ summary: { move, moveFromAnnouncement } }) =>
    move && moveFromAnnouncement ? [move.median - moveFromAnnouncement.median] : [],
  );
  return both[0];
}

function legendOf(results: readonly ScenarioResult[]): string {
  const scenarios = results.filter(({ variant }) => variant === mode);
  return table(scenarios, [
    { head: 'scenario', align: 'left', cell: ({ scenario }) => scenario },
    { head: 'what happens', align: 'left', cell: ({ title }) => title },
    { head: 'runs', cell: ({ clients }) => runsOf(clients) },
  ]);
}

function runsOf(clients: readonly ClientResult[]): string {
  const [first] = clients;
  if (!first) return '0';
  const { runs, apart } = first;
  return apart.length === 0 ? `${runs.length}` : `${runs.length}, ${apart.length} apart`;
}

function scenarioDetails(result: ScenarioResult): string {
  const { scenario, variant, title, notes, figures } = result;
  const rows = table(measured(result), [
    { head: 'client', align: 'left', cell: ({ client }) => client },
    ...figures.map((figure) => ({
      head: figure.title,
      cell: (client: ClientResult) => showFigure(client, figure),
    })),
  ]);
  const heading = [scenario, variant].filter(Boolean).join(' ');
  return details(`${heading}: ${title.replaceAll('`', '')}`, blocks(rows, ...notes));
}

/** Lines on which clients of ours are behind, by more than chance, another or the oracle of the promotion, and why. */
export function behindInFaults(results: readonly ScenarioResult[]): Behind[] {
  return results.flatMap((result) =>
    ['outage', 'lost', 'failed', 'hung', 'twice'].flatMap((name) => behindAt(result, name)),
  );
}

function behindAt(result: ScenarioResult, name: string): Behind[] {
  const figure = result.figures.find((one) => one.name === name);
  const first = best(
    measured(result).filter(({ kind }) => kind === 'peer' || kind === 'oracle'),
    name,
  );
  if (!figure || !first) return [];
  const shown = (client: ClientResult): string => `\`${client.client}\` ${showFigure(client, figure)}`;
  const behind = measured(result).filter(
    (client) => client.kind === 'ours' && isAhead(first, client, figure),
  );
  const reasonOf = ({ client }: ClientResult): string | undefined => reasonFor(result.scenario, name, client);
  const where = [result.scenario, result.variant].filter(Boolean).join(' ');
  return [...new Set(behind.map(reasonOf))].map((why) => {
    const clients = behind.filter((client) => reasonOf(client) === why).map(shown);
    return { line: `${where}, ${figure.title}: ${clients.join(', ')}; ${shown(first)}.`, why };
  });
}

/** `92`, `1.4 s`: what fits into a cell. */
function shortDuration(ms: number | null): string {
  if (ms === null) return 'never';
  return ms < 1000 ? show(Math.round(ms / 10) * 10, 'count') : `${(ms / 1000).toFixed(1)} s`;
}
