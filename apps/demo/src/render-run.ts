import { type Cell, columnOf, strip } from './strip.ts';
import { type Colors, count } from './style.ts';
import type { ClientView, RunView } from './view.ts';

const indent = '  ';
const noteWidth = 20;
const timeWidth = 10;
const minColumnsPerLabel = 8;

const meanings = {
  kept: 'acknowledged',
  stale: 'acknowledged by the old master',
  lost: 'acknowledged and lost',
  silent: 'no reply',
} satisfies Partial<Record<Cell, string>>;

/** A run as text: a strip per client above, the timeline below. */
export function renderRun(view: RunView, width: number, colors: Colors): string {
  const nameWidth = Math.max(...view.clients.map(({ name }) => name.length), 'sentinels'.length);
  const left = indent.length + nameWidth + 2;
  const stripWidth = width - left - 2 - noteWidth;
  const strips = view.clients.map(({ marks }) => strip(marks, view.window, stripWidth, view.now));
  const row = (client: ClientView, i: number): string => {
    const name = colors.bold(client.name.padEnd(nameWidth));
    const bar = (strips[i] ?? []).map((cell) => paint(cell, colors)).join('');
    return `${indent}${name}  ${bar}  ${moodOf(client, colors)(client.note)}`;
  };
  return [
    `${colors.bold(view.fault.title)}  ${view.fault.action}  ${colors.dim(view.stage)}`.trimEnd(),
    '',
    ...view.clients.map(row),
    ' '.repeat(left) + colors.dim(renderAxis(view, stripWidth)),
    indent + renderLegend(new Set(strips.flat()), colors),
    '',
    ...renderTimeline(view, nameWidth, colors),
  ].join('\n');
}

/** `^ 0 s` at the fault, and further seconds as there is room. */
function renderAxis({ window }: RunView, width: number): string {
  const columnsPerSecond = (width / (window.to - window.from)) * 1000;
  const step = Math.max(1, Math.ceil(minColumnsPerLabel / columnsPerSecond));
  let line = '';
  for (let second = 0; second * 1000 <= window.to; second += step) {
    const label = second === 0 ? '^ fault' : `^ ${second} s`;
    const column = columnOf(second * 1000, window, width);
    if (column + label.length <= width) line = line.padEnd(column) + label;
  }
  return line;
}

/** The signs that come up in a picture, and what they mean. */
function renderLegend(signs: ReadonlySet<Cell>, colors: Colors): string {
  const known = Object.keys(meanings) as (keyof typeof meanings)[];
  const used = known.filter((cell) => signs.has(cell));
  return used.map((cell) => `${paint(cell, colors)} ${colors.dim(meanings[cell])}`).join('  ');
}

function renderTimeline({ timeline, clients }: RunView, nameWidth: number, colors: Colors): string[] {
  const names = new Set(clients.map(({ name }) => name));
  return timeline.map(({ atMs, who, what, bad = false }) => {
    const time = colors.dim(`${count(atMs)} ms`.padStart(timeWidth));
    const paintLine = bad ? colors.red : names.has(who) ? colors.reset : colors.dim;
    return `${time}  ${paintLine(`${who.padEnd(nameWidth)}  ${what}`)}`;
  });
}

function moodOf({ mood }: ClientView, colors: Colors): (text: string) => string {
  return { neutral: colors.reset, good: colors.green, bad: colors.red }[mood];
}

function paint(cell: Cell, colors: Colors): string {
  switch (cell) {
    case 'kept':
      return colors.green('█');
    case 'stale':
      return colors.magenta('▒');
    case 'lost':
      return colors.red('x');
    case 'silent':
      return colors.yellow('·');
    case 'ahead':
      return ' ';
  }
}
