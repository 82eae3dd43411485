/**
 * @import { LaneState, NodeView, SentinelView, Topology } from '../../src/page/messages.ts'
 * @import { Box, Layout } from './topology-layout.js'
 * @import { Model } from './model.js'
 */
import { html, setText, svg } from './dom.js';
import { short } from './format.js';
import { bottom, layOut, middle } from './topology-layout.js';
import { describe, phaseWords, roleWords, trouble } from './topology-words.js';
import { badge, nodeShape } from './topology-shapes.js';

/**
 * The topology as a picture, drawn anew whenever something in it changes.
 *
 * @param {HTMLElement} host
 * @returns {{ render(model: Model): void }}
 */
export function topologyView(host) {
  const picture = svg('svg', { role: 'img', 'aria-labelledby': 'topology-words' });
  const words = html('p', { id: 'topology-words', class: 'unseen' });
  host.append(picture, words);

  /** @type {Model | undefined} */
  let shown;
  let width = 0;

  const draw = () => {
    if (!shown || width === 0) return;
    const { topology, lanes } = shown;
    const layout = layOut(width, topology.sentinels.length, topology.nodes.length);
    picture.setAttribute('viewBox', `0 0 ${width} ${layout.height}`);
    picture.setAttribute('height', String(layout.height));
    picture.replaceChildren(...paint(topology, lanes, layout));
    setText(words, describe(topology));
  };

  new ResizeObserver(([entry]) => {
    width = Math.round(entry?.contentRect.width ?? 0);
    draw();
  }).observe(host);

  return {
    render(model) {
      const same = shown?.topology === model.topology && sameLanes(shown.lanes, model.lanes);
      shown = model;
      if (!same) draw();
    },
  };
}

/**
 * @param {readonly LaneState[]} a
 * @param {readonly LaneState[]} b
 * @returns {boolean}
 */
function sameLanes(a, b) {
  return a.every(({ enabled }, i) => enabled === b[i]?.enabled);
}

/**
 * @param {Topology} topology
 * @param {readonly LaneState[]} lanes
 * @param {Layout} layout
 * @returns {SVGElement[]}
 */
function paint(topology, lanes, layout) {
  return [
    ...topology.sentinels.map((each, i) => sentinelLink(each, layout.sentinels[i], layout.application)),
    ...topology.nodes.flatMap((node, i) => [
      ...replication(node, i, topology, layout),
      ...traffic(node, layout.nodes[i], topology, lanes, layout.application),
    ]),
    ...topology.sentinels.map((each, i) => sentinelBox(each, i, layout.sentinels[i])),
    applicationBox(topology, layout.application),
    ...topology.nodes.map((node, i) => nodeBox(node, topology, layout.nodes[i])),
  ].filter((element) => element !== undefined);
}

/**
 * @param {SentinelView} sentinel
 * @param {Box | undefined} box
 * @param {Box} application
 * @returns {SVGElement | undefined}
 */
function sentinelLink({ address, link }, box, application) {
  if (!box) return undefined;
  const x = middle(box);
  const line = svg('line', { x1: x, x2: x, y1: bottom(box), y2: application.y });
  const mark = link === 'connected' ? [] : [badge('dead', x, (bottom(box) + application.y) / 2)];
  return svg('g', { class: `link ${link}`, 'data-link': address }, line, ...mark);
}

/**
 * One line for each of our lanes, down to the node that they are on; held back, it ends half way.
 *
 * @param {NodeView} node
 * @param {Box | undefined} box
 * @param {Topology} topology
 * @param {readonly LaneState[]} lanes
 * @param {Box} application
 * @returns {SVGElement[]}
 */
function traffic({ address }, box, { master, phase }, lanes, application) {
  if (!box || address !== master) return [];
  const held = phase === 'holding';
  const ours = lanes.filter((lane) => lane.ours && lane.enabled);
  const top = bottom(application);
  const end = held ? (top + box.y) / 2 : box.y;
  const lines = ours.map(({ name }, i) => {
    const x = middle(box) + (i - (ours.length - 1) / 2) * 9;
    return svg('line', {
      x1: x,
      x2: x,
      y1: top,
      y2: end,
      class: 'lane',
      style: `stroke: var(--lane-${name})`,
    });
  });
  const reach = 9 * ours.length;
  const gate = svg('line', {
    x1: middle(box) - reach,
    x2: middle(box) + reach,
    y1: end,
    y2: end,
    class: 'gate',
  });
  const label = svg('text', { x: middle(box), y: end + 17, class: 'small' }, 'held');
  return [svg('g', { class: 'traffic', 'data-traffic': address }, ...lines, ...(held ? [gate, label] : []))];
}

/**
 * @param {NodeView} node
 * @param {number} index
 * @param {Topology} topology
 * @param {Layout} layout
 * @returns {SVGElement[]}
 */
function replication({ role, replicates, linkUp }, index, { nodes }, layout) {
  const from = layout.nodes[nodes.findIndex(({ address }) => address === replicates)];
  const to = layout.nodes[index];
  if (role !== 'replica' || !from || !to) return [];
  const side = Math.sign(middle(to) - middle(from));
  const [x1, x2] = [middle(from) + side * 14, middle(to) - side * 8];
  const y = bottom(from);
  const depth = Math.abs(x2 - x1) > 1.5 * (from.width + 12) ? 62 : 40;
  const path = `M ${x1} ${y} C ${x1} ${y + depth}, ${x2} ${y + depth}, ${x2} ${y + 9}`;
  const head = `M ${x2 - 5} ${y + 10} L ${x2} ${y + 2} L ${x2 + 5} ${y + 10} Z`;
  const mark = linkUp ? [] : [badge('dead', (x1 + x2) / 2, y + depth * 0.75)];
  const parts = [svg('path', { d: path }), svg('path', { d: head, class: 'head' }), ...mark];
  return [svg('g', { class: `replication ${linkUp ? 'up' : 'down'}` }, ...parts)];
}

/**
 * @param {SentinelView} sentinel
 * @param {number} index
 * @param {Box | undefined} box
 * @returns {SVGElement | undefined}
 */
function sentinelBox(sentinel, index, box) {
  if (!box) return undefined;
  const { address, master, configEpoch, state } = sentinel;
  const wrong = trouble(sentinel);
  const epoch = box.width < 120 ? `(${configEpoch ?? 0})` : `epoch ${configEpoch ?? 0}`;
  const says = master ? `${short(master)} ${epoch}` : 'has not said';
  return svg(
    'g',
    { class: `member sentinel ${wrong ?? ''}`, 'data-sentinel': address, 'data-state': state },
    ...nodeShape({ ...box, radius: box.height / 2 }, wrong),
    svg('text', { x: middle(box), y: box.y + 24, class: 'name' }, `S${index + 1} ${short(address)}`),
    svg('text', { x: middle(box), y: box.y + 43, class: 'small' }, wrong ?? says),
  );
}

/**
 * @param {Topology} topology
 * @param {Box} box
 * @returns {SVGElement}
 */
function applicationBox(topology, box) {
  const { x, y, width, height } = box;
  const epoch = `epoch ${topology.configEpoch}${topology.minority ? ', minority' : ''}`;
  return svg(
    'g',
    { class: `application ${topology.phase}`, 'data-phase': topology.phase },
    svg('rect', { x, y, width, height, rx: 8 }),
    svg('text', { x: x + 14, y: y + 22, class: 'name start' }, 'this application'),
    svg('text', { x: x + 14, y: y + 40, class: 'small start' }, phaseWords(topology)),
    svg('text', { x: x + width - 14, y: y + 22, class: 'small end' }, topology.name),
    svg('text', { x: x + width - 14, y: y + 40, class: 'small end' }, epoch),
  );
}

/**
 * @param {NodeView} node
 * @param {Topology} topology
 * @param {Box | undefined} box
 * @returns {SVGElement | undefined}
 */
function nodeBox(node, topology, box) {
  if (!box) return undefined;
  const role = roleWords(node, topology);
  const wrong = trouble(node);
  const lines = [...(node.role === null && wrong ? [] : [role]), ...(wrong ? [wrong] : [])];
  const top = box.y + (lines.length > 1 ? 23 : 33);
  return svg(
    'g',
    {
      class: `member node ${role.replaceAll(' ', '-')} ${wrong ?? ''}`,
      'data-node': node.address,
      'data-role': role,
      'data-state': wrong ?? 'running',
    },
    ...nodeShape({ ...box, radius: 8 }, wrong),
    svg('text', { x: middle(box), y: top, class: 'name' }, short(node.address)),
    ...lines.map((line, i) => {
      return svg('text', { x: middle(box), y: top + 20 + i * 17, class: 'small' }, line);
    }),
  );
}
