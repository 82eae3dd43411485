/**
 * @import { Model } from './model.js'
 * @import { Period } from './lanes-view.js'
 */
import { connect } from './connection.js';
import { connectionView } from './connection-view.js';
import { byId } from './dom.js';
import { faultsView } from './faults-view.js';
import { lanesView } from './lanes-view.js';
import { logView } from './log-view.js';
import { advance, begin } from './model.js';
import { plotsView } from './plots-view.js';
import { segments } from './segments.js';
import { topologyView } from './topology-view.js';
import { verdictView } from './verdict-view.js';

// message → model → views: nothing else holds what the application has said.

const topology = topologyView(byId('topology'));
const faults = faultsView(byId('buttons'));
const log = logView(byId('log'), byId('pause'));
const verdict = verdictView(byId('verdict'), byId('phases'));
const plots = plotsView(byId('plots'));
const lanes = lanesView(byId('lanes'));
const status = connectionView(() => connection.retryNow());

/** @type {Model | undefined} */
let model;
let frame = 0;

function render() {
  frame = 0;
  if (!model) return;
  topology.render(model);
  faults.render(model, status.isLive());
  log.render(model);
  verdict.render(model);
  plots.render(model);
  lanes.render(model, status.isLive());
}

// However many messages come, the page is drawn once a frame, and not at all where nobody looks.
function renderSoon() {
  frame ||= requestAnimationFrame(render);
}

const themes = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];
segments(byId('theme'), themes, 'system', (theme) => {
  document.documentElement.dataset['theme'] = theme;
  plots.recolor();
});

const spans = [
  { value: '30', label: '30 s' },
  { value: '60', label: '1 min' },
  { value: '300', label: '5 min' },
];
segments(byId('span'), spans, '30', (seconds) => {
  plots.show(Number(seconds) * 1000);
});

/** @type {readonly { value: Period, label: string }[]} */
const periods = [
  { value: 'sinceFault', label: 'Latest fault' },
  { value: 'totals', label: 'Start' },
];
segments(byId('since'), periods, 'sinceFault', (period) => {
  lanes.count(period);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plots.recolor());

const connection = connect('/api/events', {
  onMessage(message) {
    status.heard();
    if (message.type === 'snapshot') model = begin(message);
    else if (model) model = advance(model, message);
    renderSoon();
  },
  onChange(state) {
    status.change(state);
    renderSoon();
  },
});
