/**
 * @import { FaultReport, SentinelEventMessage, Topology } from '../../src/page/messages.ts'
 * @import { Model } from './model.js'
 */
import { html, setText } from './dom.js';
import { clock, short } from './format.js';

/**
 * What the sentinels publish and what was pressed, the latest first. Paused, it stands still and counts.
 *
 * @param {HTMLElement} host
 * @param {HTMLElement} pause
 * @returns {{ render(model: Model): void }}
 */
export function logView(host, pause) {
  const list = html('ol');
  host.append(list);
  /** @type {Model['log']} */
  let drawn = [];
  /** @type {Model | undefined} */
  let latest;
  let paused = false;

  const draw = () => {
    if (!latest) return;
    const { log, topology, faults } = latest;
    const known = new Set(drawn);
    const added = log.filter((entry) => !known.has(entry));
    // After a reconnect nothing is as it was.
    if (added.length === log.length) list.replaceChildren();
    for (const entry of added) list.prepend(line(entry, topology, faults));
    while (list.childElementCount > log.length) list.lastElementChild?.remove();
    drawn = log;
  };

  const label = () => {
    const known = new Set(drawn);
    const waiting = paused ? (latest?.log.filter((entry) => !known.has(entry)).length ?? 0) : 0;
    setText(pause, paused ? `Go on${waiting > 0 ? ` (${waiting} new)` : ''}` : 'Pause');
  };

  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    if (!paused) draw();
    label();
  });

  return {
    render(model) {
      if (model.log === latest?.log) return;
      latest = model;
      if (!paused) draw();
      label();
    },
  };
}

/**
 * @param {SentinelEventMessage | FaultReport} entry
 * @param {Topology} topology
 * @param {Model['faults']} faults
 * @returns {HTMLLIElement}
 */
function line(entry, { sentinels }, faults) {
  const time = html('time', { datetime: new Date(entry.at).toISOString() }, clock(entry.at));
  if (entry.type === 'fault') {
    const title = faults.find(({ name }) => name === entry.fault)?.title ?? entry.fault;
    const what = [entry.targets.map(short).join(' '), entry.state, entry.reason ?? '']
      .filter(Boolean)
      .join(' ');
    return html('li', { class: 'pressed' }, time, html('b', {}, title), ' ', what);
  }
  const number = sentinels.findIndex(({ address }) => address === entry.sentinel) + 1;
  const who = html('span', { title: entry.sentinel }, `S${number}`);
  return html('li', {}, time, who, html('code', {}, entry.channel), ' ', brief(entry.message));
}

/**
 * The host is the same in every line where all servers are on this machine, and a run id is known by its beginning.
 *
 * @param {string} message
 * @returns {string}
 */
function brief(message) {
  return message
    .replaceAll(/\b([0-9a-f]{8})[0-9a-f]{32}\b/g, '$1…')
    .replaceAll(/127\.0\.0\.1 (?=\d+\b)/g, ':')
    .replaceAll(/\b127\.0\.0\.1:/g, ':');
}
