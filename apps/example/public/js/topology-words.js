/** @import { NodeView, SentinelView, Topology } from '../../src/page/messages.ts' */
import { short } from './format.js';

/** What the resolver does, in the application's box. */
const phases = {
  discovering: 'looking for the master',
  following: 'following',
  holding: 'holding traffic',
  provisional: 'moved, not yet announced',
  closed: 'closed',
};

/**
 * @param {Topology} topology
 * @returns {string}
 */
export function phaseWords({ phase, master }) {
  return phase === 'following' && master ? `following ${short(master)}` : phases[phase];
}

/**
 * @param {NodeView} node
 * @param {Topology} topology
 * @returns {string}
 */
export function roleWords(node, { master, candidate }) {
  if (node.role === null) return 'no answer';
  if (node.role === 'master') return node.address === master ? 'master' : 'stale master';
  return node.address === candidate ? 'candidate' : 'replica';
}

/**
 * What is wrong with a process, or nothing.
 *
 * @param {Pick<NodeView | SentinelView, 'state' | 'isolated'>} process
 * @returns {'dead' | 'frozen' | 'isolated' | undefined}
 */
export function trouble({ state, isolated }) {
  if (state !== 'running') return state;
  return isolated ? 'isolated' : undefined;
}

/**
 * The picture in a few sentences, for those who do not see it.
 *
 * @param {Topology} topology
 * @returns {string}
 */
export function describe(topology) {
  const { name, nodes, sentinels, configEpoch, minority } = topology;
  return [
    `${name}: the application is ${phaseWords(topology)}, config epoch ${configEpoch}.`,
    ...nodes.map((node) => sentence(node, roleWords(node, topology))),
    ...sentinels.map((each, i) => sentence(each, sentinelWords(each, i))),
    ...(minority ? ['A majority of the sentinels is out of sight.'] : []),
  ].join(' ');
}

/**
 * @param {NodeView | SentinelView} member
 * @param {string} role
 * @returns {string}
 */
function sentence(member, role) {
  return `${short(member.address)}: ${[role, trouble(member)].filter(Boolean).join(', ')}.`;
}

/**
 * @param {SentinelView} sentinel
 * @param {number} index
 * @returns {string}
 */
function sentinelWords({ link, master }, index) {
  return `sentinel ${index + 1}, ${link}${master ? `, names ${short(master)}` : ''}`;
}
