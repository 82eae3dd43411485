/**
 * @import { LaneName, LaneState } from '../../src/page/messages.ts'
 * @import { Plot, Scene } from './plots-view.js'
 */
import uPlot from 'uplot';
import { html, setText } from './dom.js';
import { count, duration } from './format.js';
import { colorOf, fontOf } from './palette.js';
import { labelsHeight, phaseLines } from './phase-lines.js';
import { latencies, throughput } from './plot-data.js';

/** @typedef {() => Scene} Current */

const gutter = 50;
const stripHeight = 46;
const latencyHeight = 170;
const sync = { key: 'time', scales: /** @type {[string, null]} */ (['x', null]) };

/**
 * Dashes tell the contrasts from ours, besides the colour.
 *
 * @type {Partial<Record<LaneName, number[]>>}
 */
const dashes = { 'ioredis-sentinel': [6, 3], 'node-redis-sentinel': [2, 3] };

/**
 * The names of a failover's phases, above all other plots.
 *
 * @param {HTMLElement} host
 * @param {number} width
 * @param {Current} current
 * @returns {Plot}
 */
export function phasePlot(host, width, current) {
  const options = frame(width, labelsHeight, current, { labels: true });
  const plot = new uPlot({ ...options, series: [{}], axes: [{ show: false }] }, [[]], host);
  return handle(host, plot, labelsHeight, () => [current().samples.map(({ at }) => at)]);
}

/**
 * What a lane had acknowledged, and what failed.
 *
 * @param {HTMLElement} host
 * @param {number} width
 * @param {LaneState} lane
 * @param {Current} current
 * @returns {Plot}
 */
export function throughputPlot(host, width, { name, title, ratePerSecond }, current) {
  const color = () => colorOf(host, `--lane-${name}`);
  const fill = () => colorOf(host, `--fill-${name}`);
  const danger = () => colorOf(host, '--danger');
  const steps = uPlot.paths.stepped?.({ align: -1 });
  const paths = steps ? { paths: steps } : {};
  const value = html('span', { class: 'value' });
  host.append(html('p', { class: 'legend', style: `--lane: var(--lane-${name})` }, title, ' ', value));
  // At the cursor, or the latest.
  const read = (/** @type {uPlot} */ { cursor, data: [times, acknowledged, failed] }) => {
    const at = cursor.idx ?? times.length - 1;
    const rate = acknowledged?.[at];
    const more = failed?.[at] ? `, ${count(failed[at])} failed` : '';
    setText(value, typeof rate !== 'number' ? '' : `${count(rate)}/s${more}`);
  };

  const options = frame(width, stripHeight, current, { labels: false });
  const plot = new uPlot(
    {
      ...options,
      // What was held comes all at once: the peak is cut off rather than everything else made small.
      scales: { ...options.scales, y: { range: [0, ratePerSecond * 1.8] } },
      axes: [{ show: false }, valueAxis(host, () => [ratePerSecond], count)],
      series: [
        {},
        { stroke: color, fill, width: 1.5, points: { show: false }, ...dashOf(name), ...paths },
        { stroke: danger, fill: danger, width: 1.5, points: { show: false }, ...paths },
      ],
      hooks: { setCursor: [read], setData: [read] },
    },
    [[], [], []],
    host,
  );
  return handle(host, plot, stripHeight, () => throughput(current().samples, name));
}

/**
 * The latency of all lanes, from a tenth of a millisecond to ten seconds.
 *
 * @param {HTMLElement} host
 * @param {number} width
 * @param {readonly LaneState[]} lanes
 * @param {Current} current
 * @returns {Plot}
 */
export function latencyPlot(host, width, lanes, current) {
  host.append(html('p', { class: 'legend' }, 'latency, 99th percentile'));
  const options = frame(width, latencyHeight, current, { labels: false });
  const plot = new uPlot(
    {
      ...options,
      // Logarithmic. uPlot has the name in its declarations only.
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
      scales: { ...options.scales, y: { distr: 3, range: [0.1, 10_000] } },
      axes: [
        timeAxis(host, current),
        valueAxis(
          host,
          () => [0.1, 1, 10, 100, 1000, 10_000],
          (ms) => (ms < 1 ? `${ms} ms` : brief(ms)),
        ),
      ],
      series: [
        {},
        ...lanes.map(({ name }) => {
          const stroke = () => colorOf(host, `--lane-${name}`);
          return { stroke, width: 1.5, points: { show: false }, ...dashOf(name) };
        }),
      ],
    },
    [[], ...lanes.map(() => [])],
    host,
  );
  const names = lanes.map(({ name }) => name);
  return handle(host, plot, latencyHeight, () => latencies(current().samples, names));
}

/**
 * @param {number} width
 * @param {number} height
 * @param {Current} current
 * @param {{ labels: boolean }} lines
 * @returns {Omit<uPlot.Options, 'series'>}
 */
function frame(width, height, current, lines) {
  return {
    width,
    height,
    ms: 1,
    legend: { show: false },
    padding: [height === latencyHeight ? 10 : 0, 18, 0, lines.labels ? gutter : 0],
    cursor: { sync, y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: {
        time: false,
        range: () => {
          const { from, to } = current().span;
          return [from, to];
        },
      },
    },
    plugins: [phaseLines(current, lines)],
  };
}

/**
 * @param {HTMLElement} host
 * @param {uPlot} plot
 * @param {number} height
 * @param {() => uPlot.AlignedData} data
 * @returns {Plot}
 */
function handle(host, plot, height, data) {
  plot.root.setAttribute('aria-hidden', 'true');
  return {
    draw: () => plot.setData(data()),
    resize: (width) => plot.setSize({ width, height }),
    destroy: () => {
      plot.destroy();
      host.remove();
    },
  };
}

/**
 * @param {HTMLElement} host
 * @param {() => number[]} splits
 * @param {(value: number) => string} format
 * @returns {uPlot.Axis}
 */
function valueAxis(host, splits, format) {
  return {
    size: gutter,
    splits,
    values: (_, values) => values.map(format),
    ...strokes(host),
    font: fontOf(host, 1),
    filter: (_, values) => values,
  };
}

/**
 * Seconds before the latest sample: the axis stands still, and the lines move.
 *
 * @param {HTMLElement} host
 * @param {Current} current
 * @returns {uPlot.Axis}
 */
function timeAxis(host, current) {
  const steps = 6;
  return {
    size: 28,
    splits: () => {
      const { from, to } = current().span;
      return Array.from({ length: steps + 1 }, (_, i) => from + ((to - from) * i) / steps);
    },
    values: (_, values) => {
      const { to } = current().span;
      return values.map((at, i) => (i === steps ? 'now' : `−${count((to - at) / 1000)} s`));
    },
    ...strokes(host),
    font: fontOf(host, 1),
  };
}

/**
 * @param {HTMLElement} host
 * @returns {Pick<uPlot.Axis, 'stroke' | 'grid' | 'ticks'>}
 */
function strokes(host) {
  return {
    stroke: () => colorOf(host, '--muted'),
    grid: { stroke: () => colorOf(host, '--grid'), width: 1 },
    ticks: { show: false },
  };
}

/**
 * @param {LaneName} lane
 * @returns {{ dash?: number[] }}
 */
function dashOf(lane) {
  const dash = dashes[lane];
  return dash ? { dash } : {};
}

/**
 * @param {number} ms
 * @returns {string}
 */
function brief(ms) {
  return ms < 1000 ? duration(ms) : `${ms / 1000} s`;
}
