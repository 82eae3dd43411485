/** @import { Box } from './topology-layout.js' */
import { svg } from './dom.js';

/** @typedef {'dead' | 'frozen' | 'isolated'} Trouble */

/**
 * The outline of a server, and what makes a broken one look so without any colour: corners struck through, bars of
 * ice, a wall around it.
 *
 * @param {Box & { radius: number }} box
 * @param {Trouble | undefined} trouble
 * @returns {SVGElement[]}
 */
export function nodeShape({ x, y, width, height, radius }, trouble) {
  const outline = svg('rect', { x, y, width, height, rx: radius, class: 'outline' });
  if (!trouble) return [outline];
  const wall = { x: x - 5, y: y - 5, width: width + 10, height: height + 10, rx: radius + 5, class: 'wall' };
  return [
    outline,
    ...(trouble === 'isolated' ? [svg('rect', wall)] : []),
    badge(trouble, x + width - 3, y + 3),
  ];
}

/**
 * A small sign: a cross, a pause, a broken ring.
 *
 * @param {Trouble} trouble
 * @param {number} x
 * @param {number} y
 * @returns {SVGElement}
 */
export function badge(trouble, x, y) {
  const signs = {
    dead: 'M -4 -4 L 4 4 M 4 -4 L -4 4',
    frozen: 'M -2.5 -4 V 4 M 2.5 -4 V 4',
    isolated: 'M -5 0 H -1.5 M 1.5 0 H 5 M 0 -4.5 V 4.5',
  };
  return svg(
    'g',
    { class: `badge ${trouble}`, transform: `translate(${x} ${y})` },
    svg('circle', { r: 9 }),
    svg('path', { d: signs[trouble] }),
  );
}
