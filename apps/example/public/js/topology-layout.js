/**
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 * @typedef {{ height: number, sentinels: readonly Box[], application: Box, nodes: readonly Box[] }} Layout
 */

const rows = { sentinels: 12, application: 122, nodes: 244 };
const heights = { sentinel: 58, application: 52, node: 76 };
const archHeight = 52;
const edge = 8;
const gap = 12;
const widest = 148;

/**
 * Where everything is, in CSS pixels: sentinels above the application, which they tell of the nodes below it. Nothing
 * moves when the master does, so that one sees it move.
 *
 * @param {number} width
 * @param {number} sentinels
 * @param {number} nodes
 * @returns {Layout}
 */
export function layOut(width, sentinels, nodes) {
  return {
    height: rows.nodes + heights.node + archHeight,
    sentinels: spread(width, sentinels, rows.sentinels, heights.sentinel),
    application: { x: edge, y: rows.application, width: width - 2 * edge, height: heights.application },
    nodes: spread(width, nodes, rows.nodes, heights.node),
  };
}

/**
 * @param {Box} box
 * @returns {number}
 */
export function middle({ x, width }) {
  return x + width / 2;
}

/**
 * @param {Box} box
 * @returns {number}
 */
export function bottom({ y, height }) {
  return y + height;
}

/**
 * @param {number} width
 * @param {number} boxes
 * @param {number} y
 * @param {number} height
 * @returns {readonly Box[]}
 */
function spread(width, boxes, y, height) {
  const slot = (width - 2 * edge) / boxes;
  const boxWidth = Math.min(slot - gap, widest);
  return Array.from({ length: boxes }, (_, i) => {
    return { x: edge + slot * i + (slot - boxWidth) / 2, y, width: boxWidth, height };
  });
}
