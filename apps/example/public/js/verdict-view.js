/**
 * @import { Phase, PhaseMessage } from '../../src/page/messages.ts'
 * @import { Model } from './model.js'
 */
import { html } from './dom.js';
import { count, short } from './format.js';
import { latestFailover } from './model.js';
import { inWords } from './verdict.js';

/** @type {readonly Phase[]} */
const order = ['down', 'elected', 'hold', 'promoted', 'moved', 'announced', 'demoted'];

/**
 * What became of the latest fault, in words, and how the latest failover went, in milliseconds.
 *
 * @param {HTMLElement} host
 * @param {HTMLElement} steps
 * @returns {{ render(model: Model): void }}
 */
export function verdictView(host, steps) {
  /** @type {Model | undefined} */
  let shown;

  return {
    render(model) {
      if (shown?.verdict !== model.verdict) {
        const { tone, headline, details } = inWords(model.verdict);
        host.dataset['state'] = model.verdict.state;
        host.dataset['tone'] = tone;
        host.replaceChildren(
          html('p', { class: 'headline' }, headline),
          ...details.map((each) => html('p', {}, each)),
        );
      }
      if (shown?.phases !== model.phases) {
        const phases = latestFailover(model);
        steps.replaceChildren(...order.map((phase) => step(phase, phases)));
      }
      shown = model;
    },
  };
}

/**
 * @param {Phase} phase
 * @param {readonly PhaseMessage[]} phases
 * @returns {HTMLLIElement}
 */
function step(phase, phases) {
  const first = phases[0];
  const seen = phases.find((each) => each.phase === phase);
  const calledOff = phase === 'moved' ? phases.find((each) => each.phase === 'released') : undefined;
  const shown = seen ?? calledOff;
  const when = shown && first ? offset(shown.at - first.at) : '';
  return html(
    'li',
    { class: shown ? 'seen' : undefined, 'data-phase': phase, title: shown && short(shown.node) },
    html('span', {}, shown?.phase ?? phase),
    html('b', {}, when),
  );
}

/**
 * @param {number} ms
 * @returns {string}
 */
function offset(ms) {
  return ms < 0.5 ? '0 ms' : `+${count(ms)} ms`;
}
