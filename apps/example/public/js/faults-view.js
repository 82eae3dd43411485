/**
 * @import { FaultName, FaultOffer, Topology } from '../../src/page/messages.ts'
 * @import { Model } from './model.js'
 */
import { inflict } from './api.js';
import { html, setText } from './dom.js';

/**
 * A button for each fault and each repair. One that makes no sense now can be reached, and says why.
 *
 * @param {HTMLElement} host
 * @returns {{ render(model: Model, connected: boolean): void }}
 */
export function faultsView(host) {
  const note = html('p', { class: 'note', role: 'status' });
  /** @type {Map<FaultName, HTMLButtonElement>} */
  const buttons = new Map();
  /** @type {Map<FaultName, string | undefined>} */
  const obstacles = new Map();

  const press = async (/** @type {FaultOffer} */ { name, title }) => {
    const obstacle = obstacles.get(name);
    if (obstacle !== undefined) return setText(note, obstacle);
    setText(note, '');
    try {
      await inflict(name);
    } catch (error) {
      setText(note, `${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  const build = (/** @type {readonly FaultOffer[]} */ offers) => {
    for (const offer of offers) {
      const button = html(
        'button',
        { type: 'button', title: offer.description, 'data-fault': offer.name },
        offer.title,
      );
      button.addEventListener('click', () => void press(offer));
      buttons.set(offer.name, button);
    }
    host.replaceChildren(group('Break', offers, false), group('Mend', offers, true), note);
  };

  const group = (
    /** @type {string} */ label,
    /** @type {readonly FaultOffer[]} */ offers,
    /** @type {boolean} */ repair,
  ) => {
    const chosen = offers
      .filter((offer) => offer.repair === repair)
      .flatMap(({ name }) => buttons.get(name) ?? []);
    return html(
      'div',
      { class: `buttons ${repair ? 'mend' : 'break'}`, role: 'group', 'aria-label': label },
      ...chosen,
    );
  };

  return {
    render({ faults, topology, running }, connected) {
      if (buttons.size === 0) build(faults);
      // The application breaks and mends one thing at a time.
      const underWay = faults.find(({ name }) => running.some(({ fault }) => fault === name));
      for (const [name, button] of buttons) {
        const obstacle = connected
          ? obstacleTo(name, topology, underWay)
          : 'The application is not connected.';
        obstacles.set(name, obstacle);
        button.setAttribute('aria-disabled', String(obstacle !== undefined));
        button.setAttribute('aria-busy', String(underWay?.name === name));
      }
    },
  };
}

/**
 * Why a button would do nothing now.
 *
 * @param {FaultName} fault
 * @param {Topology} topology
 * @param {FaultOffer | undefined} underWay
 * @returns {string | undefined}
 */
export function obstacleTo(fault, { nodes, sentinels }, underWay) {
  if (underWay) return `${underWay.title}: that is under way.`;
  const all = [...nodes, ...sentinels];
  switch (fault) {
    case 'thaw':
      return all.some(({ state }) => state === 'frozen') ? undefined : 'Nothing is frozen.';
    case 'restart':
      return nodes.some(({ state }) => state === 'dead') ? undefined : 'No node is dead.';
    case 'heal':
      return all.some(({ isolated }) => isolated) ? undefined : 'Nothing is isolated.';
    case 'start-sentinel':
      return sentinels.some(({ state }) => state === 'dead') ? undefined : 'All sentinels run.';
    case 'stop-sentinel':
      return sentinels.some(({ state }) => state === 'running') ? undefined : 'No sentinel runs.';
    case 'failover':
    case 'kill':
    case 'freeze':
    case 'isolate':
      return undefined;
  }
}
