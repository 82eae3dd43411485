import { formatAddress, type Replica, type SentinelStatus, type TopologySnapshot } from '@switchmaster/core';
import sliceAnsi from 'slice-ansi';
import type { Colors } from '../output.ts';
import type { WatchState } from './state.ts';
import { clockTime, phaseTimes, sayHappening } from './words.ts';

export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly colors: Colors;
}

/** The whole view, no wider and no higher than the canvas. */
export function draw(state: WatchState, now: number, canvas: Canvas): string {
  const above = [
    ...topologyLines(state.topology, now, canvas.colors),
    '',
    ...failoverLines(state, canvas.colors),
  ];
  const room = Math.max(0, canvas.height - above.length - 2);
  const events = room > 0 ? state.recent.slice(-room).map((one) => eventLine(one, canvas.colors)) : [];
  const lines = events.length > 0 ? [...above, '', ...events] : above;
  return lines
    .slice(0, canvas.height)
    .map((line) => sliceAnsi(line, 0, canvas.width))
    .join('\n');
}

/** The topology alone. */
export function topologyLines(topology: TopologySnapshot, now: number, colors: Colors): string[] {
  const { name, phase, master, verified, configEpoch, minority, replicas, sentinels } = topology;
  const alarm = minority ? colors.red('  most sentinels are out of sight') : '';
  const calm = phase === 'following' ? colors.green(phase) : colors.yellow(phase);
  const head = `${colors.bold(name)}  ${calm}  config epoch ${configEpoch}  ${colors.dim(clockTime(now))}${alarm}`;
  const said = verified ? colors.green('says master') : colors.yellow('not verified');
  const masterRow = master ? [row('master', formatAddress(master), said)] : [];
  return [
    head,
    '',
    ...masterRow,
    ...replicas.map((replica) => row('replica', formatAddress(replica), replicaWords(replica, colors))),
    ...sentinels.map((sentinel) =>
      row('sentinel', formatAddress(sentinel), sentinelWords(sentinel, topology, colors)),
    ),
  ];
}

function row(kind: string, address: string, words: string): string {
  return `${kind.padEnd(9)} ${address.padEnd(22)} ${words}`;
}

function replicaWords({ healthy, lagBytes, masterLinkDownMs, priority }: Replica, colors: Colors): string {
  const health = healthy ? colors.green('healthy') : colors.red('unhealthy');
  const link = masterLinkDownMs > 0 ? `  link down for ${Math.round(masterLinkDownMs / 1000)} s` : '';
  return `${health}  lag ${lagBytes} B  priority ${priority}${link}`;
}

function sentinelWords(sentinel: SentinelStatus, { master }: TopologySnapshot, colors: Colors): string {
  const { state, configEpoch } = sentinel;
  const seen = state === 'connected' ? colors.green(state) : colors.red(state);
  const other = sentinel.master && master && formatAddress(sentinel.master) !== formatAddress(master);
  const names = other && sentinel.master ? colors.yellow(`  names ${formatAddress(sentinel.master)}`) : '';
  return `${seen}${configEpoch === undefined ? '' : `  epoch ${configEpoch}`}${names}`;
}

function failoverLines({ failover }: WatchState, colors: Colors): string[] {
  if (!failover) return [colors.dim('no failover so far')];
  const { from, to, state, startedAt } = failover;
  const sign = {
    'under-way': colors.yellow('under way'),
    done: colors.green('done'),
    'called-off': 'called off',
  };
  const times = phaseTimes(failover).map(({ phase, ms }) => `${phase} ${colors.bold(`+${ms}`)}`);
  return [
    `failover  ${from} → ${to ?? '?'}  ${sign[state]}  ${colors.dim(clockTime(startedAt))}`,
    // Four fit into 80 columns.
    ...[times.slice(0, 4), times.slice(4)].map(
      (some) => `  ${some.join('  ')}${some.length > 0 ? ' ms' : ''}`,
    ),
  ];
}

function eventLine(happening: WatchState['recent'][number], colors: Colors): string {
  const { who, what } = sayHappening(happening);
  return `${colors.dim(clockTime(happening.at))} ${who.padEnd(22)} ${what}`;
}
