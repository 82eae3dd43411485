/**
 * @import { LaneState, PhaseMessage, SamplesMessage } from '../../src/page/messages.ts'
 * @import { Model } from './model.js'
 * @import { Span } from './plot-data.js'
 */
import { html } from './dom.js';
import { latencyPlot, phasePlot, throughputPlot } from './plots.js';
import { forgetColors } from './palette.js';
import { within } from './plot-data.js';

/**
 * What all plots show.
 *
 * @typedef {{ span: Span, samples: readonly SamplesMessage[], phases: readonly PhaseMessage[] }} Scene
 */

/**
 * One plot, which fills the width of its host.
 *
 * @typedef {{ draw(): void, resize(width: number): void, destroy(): void }} Plot
 */

/**
 * The lanes' throughput, one below the other, and the latency of all of them, on one time axis.
 *
 * @param {HTMLElement} host
 * @returns {{ render(model: Model): void, show(spanMs: number): void, recolor(): void }}
 */
export function plotsView(host) {
  /** @type {Scene} */
  let scene = { span: { from: 0, to: 0 }, samples: [], phases: [] };
  /** @type {Model | undefined} */
  let shown;
  /** @type {Plot[]} */
  let plots = [];
  let laid = '';
  let spanMs = 0;
  let width = 0;

  const layOut = (/** @type {readonly LaneState[]} */ lanes) => {
    const wanted = lanes.map(({ name, ratePerSecond }) => `${name} ${ratePerSecond}`).join();
    if (wanted === laid || width === 0) return;
    laid = wanted;
    for (const plot of plots) plot.destroy();
    const current = () => scene;
    plots = [
      phasePlot(place(host), width, current),
      ...lanes.map((lane) => throughputPlot(place(host, lane), width, lane, current)),
      latencyPlot(place(host), width, lanes, current),
    ];
  };

  const draw = () => {
    if (!shown) return;
    const to = shown.samples.at(-1)?.at ?? shown.at;
    const span = { from: to - spanMs, to };
    scene = { span, samples: within(shown.samples, span), phases: shown.phases };
    layOut(shown.lanes.filter(({ enabled }) => enabled));
    for (const plot of plots) plot.draw();
  };

  new ResizeObserver(([entry]) => {
    width = Math.floor(entry?.contentRect.width ?? 0);
    for (const plot of plots) plot.resize(width);
    draw();
  }).observe(host);

  return {
    render(model) {
      shown = model;
      draw();
    },
    show(ms) {
      spanMs = ms;
      draw();
    },
    recolor() {
      forgetColors();
      draw();
    },
  };
}

/**
 * @param {HTMLElement} host
 * @param {LaneState} [lane]
 * @returns {HTMLElement}
 */
function place(host, lane) {
  const element = html('div', { class: lane ? 'plot strip' : 'plot', 'data-plot': lane?.name });
  host.append(element);
  return element;
}
