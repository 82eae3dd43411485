/**
 * @import { LaneName, LaneState, Totals } from '../../src/page/messages.ts'
 * @import { Model } from './model.js'
 */
import { setLane } from './api.js';
import { html, setText } from './dom.js';
import { count, duration } from './format.js';

/** @typedef {'sinceFault' | 'totals'} Period */

/**
 * The numbers of a row.
 *
 * @type {readonly { key: keyof Totals, heading: string, format(totals: Totals): string, bad(totals: Totals): boolean }[]}
 */
const columns = [
  { key: 'acknowledged', heading: 'Acknowledged', format: (t) => count(t.acknowledged), bad: () => false },
  { key: 'unverified', heading: 'To look up', format: (t) => count(t.unverified), bad: () => false },
  { key: 'lost', heading: 'Lost', format: (t) => count(t.lost), bad: (t) => t.lost > 0 },
  { key: 'failed', heading: 'Failed', format: (t) => count(t.failed), bad: (t) => t.failed > 0 },
  { key: 'hung', heading: 'Hung', format: (t) => count(t.hung), bad: (t) => t.hung > 0 },
  { key: 'longestGapMs', heading: 'Longest gap', format: (t) => duration(t.longestGapMs), bad: () => false },
];

/**
 * What became of each lane's operations, ours and the contrasts apart, with a switch and a rate for each.
 *
 * @param {HTMLElement} host
 * @returns {{ render(model: Model, connected: boolean): void, count(period: Period): void }}
 */
export function lanesView(host) {
  /** @type {Map<LaneName, ReturnType<typeof laneRow>>} */
  const rows = new Map();
  const note = html('p', { class: 'note', role: 'status' });
  /** @type {Period} */
  let period = 'sinceFault';
  /** @type {readonly LaneState[]} */
  let shown = [];

  const ask = async (/** @type {LaneName} */ lane, /** @type {Parameters<typeof setLane>[1]} */ change) => {
    setText(note, '');
    try {
      await setLane(lane, change);
    } catch (error) {
      setText(note, error instanceof Error ? error.message : String(error));
      update();
    }
  };

  const build = (/** @type {readonly LaneState[]} */ lanes) => {
    for (const lane of lanes)
      rows.set(
        lane.name,
        laneRow(lane, (change) => void ask(lane.name, change)),
      );
    const head = ['Lane', 'Per second', ...columns.map(({ heading }) => heading)];
    const table = html(
      'table',
      { role: 'table', 'aria-labelledby': 'lanes-title' },
      html('thead', { role: 'rowgroup' }, row({}, ...head.map(columnHeader))),
      group('With switchmaster', lanes, true),
      group('For contrast: the clients’ own Sentinel support', lanes, false),
    );
    host.replaceChildren(table, note);
  };

  const group = (
    /** @type {string} */ title,
    /** @type {readonly LaneState[]} */ lanes,
    /** @type {boolean} */ ours,
  ) => {
    const members = lanes
      .filter((lane) => lane.ours === ours)
      .flatMap(({ name }) => rows.get(name)?.element ?? []);
    const heading = html('th', { role: 'rowheader', scope: 'rowgroup', colspan: columns.length + 2 }, title);
    return html(
      'tbody',
      { role: 'rowgroup', 'data-ours': String(ours) },
      row({ class: 'group' }, heading),
      ...members,
    );
  };

  const update = () => {
    for (const lane of shown) rows.get(lane.name)?.update(lane, lane[period]);
  };

  return {
    render({ lanes }, connected) {
      if (rows.size === 0) build(lanes);
      shown = lanes;
      update();
      for (const lane of rows.values()) lane.enable(connected);
    },
    count(chosen) {
      period = chosen;
      update();
    },
  };
}

/**
 * @param {LaneState} lane
 * @param {(change: { enabled?: boolean, ratePerSecond?: number }) => void} ask
 */
function laneRow({ name, title, description }, ask) {
  const toggle = html('input', { type: 'checkbox', role: 'switch' });
  const rate = html('input', {
    type: 'number',
    min: 1,
    max: 1000,
    step: 1,
    required: true,
    inputmode: 'numeric',
  });
  rate.setAttribute('aria-label', `Operations each second of ${title}`);
  toggle.addEventListener('change', () => ask({ enabled: toggle.checked }));
  rate.addEventListener('change', () => {
    if (rate.reportValidity()) ask({ ratePerSecond: rate.valueAsNumber });
  });

  const words = html(
    'span',
    { class: 'lane-words' },
    html('strong', {}, title),
    html('small', {}, description),
  );
  const label = html('label', { style: `--lane: var(--lane-${name})` }, toggle, words);
  const cells = columns.map(({ key, heading }) => cell({ 'data-label': heading, 'data-key': key }, ''));
  const element = row(
    { 'data-lane': name },
    html('th', { role: 'rowheader', scope: 'row' }, label),
    cell({ 'data-label': 'Per second' }, rate),
    ...cells,
  );

  return {
    element,
    update(/** @type {LaneState} */ { enabled, ratePerSecond }, /** @type {Totals} */ totals) {
      toggle.checked = enabled;
      element.classList.toggle('off', !enabled);
      // Not under the reader's hands.
      if (document.activeElement !== rate) rate.value = String(ratePerSecond);
      columns.forEach((column, i) => {
        const box = cells[i];
        if (!box) return;
        setText(box, column.format(totals));
        box.classList.toggle('bad', column.bad(totals));
      });
    },
    enable(/** @type {boolean} */ connected) {
      toggle.disabled = !connected;
      rate.disabled = !connected;
    },
  };
}

/**
 * On a phone rows are drawn as blocks, and would be no rows any more without their roles.
 *
 * @param {import('./dom.js').Attributes} attributes
 * @param {...Node} cells
 * @returns {HTMLTableRowElement}
 */
function row(attributes, ...cells) {
  return html('tr', { role: 'row', ...attributes }, ...cells);
}

/**
 * @param {import('./dom.js').Attributes} attributes
 * @param {Node | string} content
 * @returns {HTMLTableCellElement}
 */
function cell(attributes, content) {
  return html('td', { role: 'cell', ...attributes }, content);
}

/**
 * @param {string} heading
 * @returns {HTMLTableCellElement}
 */
function columnHeader(heading) {
  return html('th', { role: 'columnheader', scope: 'col' }, heading);
}
