/**
 * @import { Phase, PhaseMessage } from '../../src/page/messages.ts'
 * @import { Span } from './plot-data.js'
 */
import { fontOf, paletteOf } from './palette.js';
import { holds } from './plot-data.js';

/** @typedef {import('uplot')} Plot */
/** @typedef {import('uplot').Plugin} Plugin */

/**
 * A failover's moments lie close together: each phase has a row of its own, so that labels never cover each other.
 *
 * @type {Record<Phase, number>}
 */
const rows = { down: 0, elected: 1, hold: 2, promoted: 3, moved: 4, released: 4, announced: 5, demoted: 6 };
const rowHeight = 14;

export const labelsHeight = 7 * rowHeight + 4;

/**
 * Marks a failover's phases as vertical lines, and the time in which traffic was held as a band.
 *
 * @param {() => { phases: readonly PhaseMessage[], span: Span }} current
 * @param {{ labels: boolean }} options
 * @returns {Plugin}
 */
export function phaseLines(current, { labels }) {
  return {
    hooks: {
      drawClear: (plot) => {
        if (labels) return;
        const { phases, span } = current();
        for (const hold of holds(phases, span)) shade(plot, hold, span);
      },
      draw: (plot) => {
        const { phases, span } = current();
        for (const phase of phases) {
          if (phase.at >= span.from && phase.at <= span.to) mark(plot, phase, labels);
        }
      },
    },
  };
}

/**
 * @param {Plot} plot
 * @param {Span} hold
 * @param {Span} span
 */
function shade(plot, { from, to }, span) {
  if (to < span.from) return;
  const { ctx, bbox, root } = plot;
  const left = plot.valToPos(Math.max(from, span.from), 'x', true);
  ctx.save();
  ctx.fillStyle = paletteOf(root).held;
  ctx.fillRect(
    left,
    bbox.top,
    Math.max(2, plot.valToPos(Math.min(to, span.to), 'x', true) - left),
    bbox.height,
  );
  ctx.restore();
}

/**
 * @param {Plot} plot
 * @param {PhaseMessage} phase
 * @param {boolean} labelled
 */
function mark(plot, { at, phase }, labelled) {
  const { ctx, bbox, root } = plot;
  const ratio = devicePixelRatio;
  const x = Math.round(plot.valToPos(at, 'x', true));
  const top = bbox.top + (labelled ? rows[phase] * rowHeight * ratio : 0);
  const { muted } = paletteOf(root);
  ctx.save();
  ctx.globalAlpha = labelled ? 1 : 0.55;
  ctx.fillStyle = muted;
  ctx.fillRect(x, top, Math.max(1, Math.round(ratio)), bbox.top + bbox.height - top);
  if (labelled) label(ctx, phase, { x, top, right: bbox.left + bbox.width }, fontOf(root, ratio));
  ctx.restore();
}

/**
 * To the right of its line, or to the left where there is no room.
 *
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} text
 * @param {{ x: number, top: number, right: number }} place
 * @param {string} font
 */
function label(ctx, text, { x, top, right }, font) {
  const gap = 4 * devicePixelRatio;
  ctx.font = font;
  ctx.textBaseline = 'top';
  const fits = x + gap + ctx.measureText(text).width <= right;
  ctx.textAlign = fits ? 'left' : 'right';
  ctx.fillText(text, fits ? x + gap : x - gap, top);
}
