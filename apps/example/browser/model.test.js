/** @import { FaultReport, LaneState, Snapshot, Topology, Totals } from '../src/page/messages.ts' */
import { expect, test } from 'vitest';
import { advance, begin, limits } from '../public/js/model.js';
import { holds, throughput, within } from '../public/js/plot-data.js';
import { inWords } from '../public/js/verdict.js';

const [a, b] = ['127.0.0.1:1', '127.0.0.1:2'];
/** @type {Totals} */
const none = { acknowledged: 0, failed: 0, hung: 0, lost: 0, unverified: 0, longestGapMs: 0 };

test('a fault is judged once the cluster has settled and all until then was looked up', () => {
  let model = begin(snapshot());
  expect(model.verdict.state).toBe('idle');
  model = advance(model, report('begun'));
  model = advance(model, { type: 'topology', topology: topology(b, false) });
  model = advance(model, report('done'));
  model = advance(model, samples(1, { acknowledged: 90, unverified: 60 }));
  expect(model.verdict.state).toBe('failing-over');
  model = advance(model, { type: 'topology', topology: topology(b, true) });
  expect(model.verdict.state).toBe('checking');
  model = advance(model, samples(2, { acknowledged: 120, unverified: 31 }));
  expect(model.verdict.state).toBe('checking');
  model = advance(model, samples(3, { acknowledged: 130, unverified: 40, lost: 1 }));
  expect(model.verdict.state).toBe('final');
  expect(inWords(model.verdict)).toMatchObject({
    tone: 'bad',
    headline: 'Planned failover: 1 write lost, the master is :2',
  });
});

test('a verdict is not passed while the lanes are on the node that was broken', () => {
  const begun = advance(begin(snapshot()), report('begun'));
  expect(advance(begun, report('done')).verdict.state).toBe('failing-over');
});

test('what was refused is told with its reason', () => {
  const begun = advance(begin(snapshot()), report('begun'));
  const { verdict } = advance(begun, { ...report('failed'), reason: 'No replica is fit.' });
  expect(inWords(verdict)).toMatchObject({ tone: 'bad', details: ['No replica is fit.'] });
});

test('a fault is under way from begun to its end', () => {
  const begun = advance(begin(snapshot()), report('begun'));
  expect(begun.running.map(({ fault }) => fault)).toEqual(['failover']);
  expect(advance(begun, report('done')).running).toEqual([]);
});

test('however long it runs, it keeps the latest and no more', () => {
  let model = begin(snapshot());
  for (let at = 1; at <= limits.samples + 5; at += 1) model = advance(model, samples(at, {}));
  expect(model.samples).toHaveLength(limits.samples);
  expect(model.samples.at(-1)?.at).toBe(limits.samples + 5);
});

test('throughput is by the second, and a lane that was off has none', () => {
  const seen = [samples(250, { acknowledged: 0 }, 25), samples(500, {}, 50)];
  expect(throughput(seen, 'ioredis')).toEqual([
    [250, 500],
    [100, 200],
    [null, null],
  ]);
  expect(throughput(seen, 'nestjs')).toEqual([
    [250, 500],
    [null, null],
    [null, null],
  ]);
});

test('one sample from before the span leads its line in', () => {
  const seen = [1, 2, 3, 4].map((at) => samples(at, {}));
  expect(within(seen, { from: 3, to: 4 }).map(({ at }) => at)).toEqual([2, 3, 4]);
  expect(within(seen, { from: 9, to: 10 })).toEqual([]);
});

test.each([
  { end: /** @type {const} */ ('moved'), to: 20 },
  { end: /** @type {const} */ ('released'), to: 20 },
  { end: /** @type {const} */ ('demoted'), to: 99 },
])('traffic is held until it is moved or released, not until $end alone', ({ end, to }) => {
  const phases = [
    {
      type: /** @type {const} */ ('phase'),
      at: 10,
      failover: 1,
      phase: /** @type {const} */ ('hold'),
      node: b,
    },
    { type: /** @type {const} */ ('phase'), at: 20, failover: 1, phase: end, node: b },
  ];
  expect(holds(phases, { from: 0, to: 99 })).toEqual([{ from: 10, to }]);
});

/** @returns {Snapshot} */
function snapshot() {
  return {
    type: 'snapshot',
    at: 0,
    lanes: [lane()],
    faults: [{ name: 'failover', title: 'Planned failover', description: '', repair: false }],
    topology: topology(a, true),
    samples: [],
    phases: [],
    sentinelEvents: [],
    faultReports: [],
  };
}

/** @returns {LaneState} */
function lane() {
  return {
    name: 'ioredis',
    title: 'ioredis',
    description: '',
    ours: true,
    kind: 'writes',
    enabled: true,
    ratePerSecond: 100,
    maxPending: 1000,
    totals: none,
    sinceFault: none,
  };
}

/**
 * @param {string} master
 * @param {boolean} settled
 * @returns {Topology}
 */
function topology(master, settled) {
  return {
    at: 0,
    name: 'mymaster',
    phase: 'following',
    master,
    candidate: null,
    configEpoch: 1,
    minority: false,
    settled,
    nodes: [],
    sentinels: [],
  };
}

/**
 * @param {FaultReport['state']} state
 * @returns {FaultReport}
 */
function report(state) {
  return { type: 'fault', id: 1, at: 0, fault: 'failover', targets: [a], state };
}

/**
 * @param {number} at
 * @param {Partial<Totals>} totals
 * @param {number} acknowledged
 */
function samples(at, totals, acknowledged = 0) {
  const sums = { ...none, ...totals };
  return {
    type: /** @type {const} */ ('samples'),
    at,
    intervalMs: 250,
    lanes: [
      {
        lane: /** @type {const} */ ('ioredis'),
        acknowledged,
        failed: 0,
        pending: 0,
        latency: null,
        held: false,
        totals: sums,
        sinceFault: sums,
      },
    ],
  };
}
