import type { Survey, Trouble } from '../src/doctor/survey.ts';
import type { Row } from '../src/replies.ts';
import {
  aNode,
  aSentinel,
  config,
  healthySurvey,
  info,
  masterRow,
  nodes,
  replicaRow,
  row,
  sentinels,
  settings,
} from './healthy-survey.ts';

const day = 24 * 60 * 60 * 1000;
const at = healthySurvey().at;
export const unreachable: Trouble = { reason: 'unreachable', message: 'ECONNREFUSED' };
const down = (ip: string): Row => replicaRow(ip, { flags: 'slave,s_down', 'master-link-status': 'err' });

/** What is spoilt, how, and what the rules find: `severity rule`. */
export const spoiltSurveys: readonly [string, Partial<Survey>, readonly string[]][] = [
  ['nothing', {}, []],
  [
    'one sentinel names another master',
    sentinels({ 2: { masterAddress: { host: '10.0.0.2', port: 6379 } } }),
    ['problem master-address'],
  ],
  [
    'one sentinel is behind',
    sentinels({ 2: { master: masterRow({ 'config-epoch': 2 }) } }),
    ['warning config-epoch'],
  ],
  ['quorums differ', sentinels({ 2: { master: masterRow({ quorum: 3 }) } }), ['warning sentinel-settings']],
  ['one sentinel knows nobody', sentinels({ 2: { peers: [] } }), ['warning sentinel-peers']],
  [
    'one sentinel does not watch it',
    sentinels({ 2: { masterAddress: undefined, master: row({}), peers: [] } }),
    ['problem name-unknown'],
  ],
  ['the quorum is larger than their number', settings({ quorum: 4 }), ['problem quorum']],
  ['the quorum is as large as their number', settings({ quorum: 3 }), []],
  ['the quorum is one', settings({ quorum: 1 }), ['warning quorum']],
  [
    'one of three is frozen',
    sentinels({ 2: { trouble: { ...unreachable, reason: 'silent' }, masterAddress: undefined } }),
    ['warning unreachable-address'],
  ],
  [
    'two sentinels',
    { sentinels: [1, 2].map((number) => aSentinel(number, {}, 2)) },
    ['problem sentinel-count'],
  ],
  [
    'one sentinel',
    { sentinels: [aSentinel(1, { master: masterRow({ quorum: 1 }) }, 1)] },
    ['problem sentinel-count'],
  ],
  [
    'four sentinels',
    { sentinels: [1, 2, 3, 4].map((number) => aSentinel(number, {}, 4)) },
    ['note sentinel-count'],
  ],
  ['five sentinels', { sentinels: [1, 2, 3, 4, 5].map((number) => aSentinel(number, {}, 5)) }, []],
  [
    'two of three sentinels on one host',
    sentinels({ 2: { announced: { host: '10.0.1.1', port: 26_380 } } }),
    ['warning single-host'],
  ],
  [
    'CKQUORUM fails',
    sentinels({ 3: { quorumTrouble: 'NOQUORUM 1 usable Sentinels.' } }),
    ['problem ckquorum'],
  ],
  ['TILT', sentinels({ 3: { info: row({ sentinel_tilt: 1, redis_version: '7.0.15' }) } }), ['problem tilt']],
  ['detection is hasty', settings({ 'down-after-milliseconds': 499 }), ['warning down-after']],
  ['detection is in time', settings({ 'down-after-milliseconds': 29_999, 'failover-timeout': 180_000 }), []],
  [
    'detection takes half a minute',
    settings({ 'down-after-milliseconds': 30_000, 'failover-timeout': 180_000 }),
    ['note down-after'],
  ],
  [
    'detection takes minutes',
    settings({ 'down-after-milliseconds': 61_000, 'failover-timeout': 180_000 }),
    ['warning down-after'],
  ],
  ['failovers have no time', settings({ 'failover-timeout': 2999 }), ['problem failover-timeout']],
  ['the next attempt comes late', settings({ 'failover-timeout': 180_000 }), ['warning failover-timeout']],
  [
    'a failover is under way',
    sentinels({ 1: { master: masterRow({ flags: 'master,failover_in_progress' }) } }),
    ['warning failover-under-way'],
  ],
  [
    'a sentinel is announced elsewhere',
    sentinels({ 1: { announcedTrouble: unreachable } }),
    ['warning unreachable-address'],
  ],
  [
    'a replica is reached by the sentinels only',
    nodes({ '10.0.0.2': { trouble: unreachable } }),
    ['warning unreachable-address'],
  ],
  [
    'the master is reached by the sentinels only',
    nodes({ '10.0.0.1': { trouble: unreachable, replicas: [] } }),
    ['problem unreachable-address'],
  ],
  [
    'a replica is down',
    {
      ...nodes({ '10.0.0.2': { trouble: unreachable } }),
      sentinels: [1, 2, 3].map((number) =>
        aSentinel(number, { replicas: [down('10.0.0.2'), replicaRow('10.0.0.3')] }),
      ),
    },
    ['warning node-down', 'warning replica-link'],
  ],
  [
    'the master is down',
    {
      ...nodes({ '10.0.0.1': { trouble: unreachable, replicas: [] } }),
      ...settings({ flags: 'master,s_down,o_down' }),
    },
    ['problem node-down'],
  ],
  [
    'a replica has lost its master',
    nodes({ '10.0.0.2': { info: info('10.0.0.2', { master_link_status: 'down' }) } }),
    ['warning replica-link'],
  ],
  [
    'all replicas have',
    nodes({
      '10.0.0.2': { info: row({ master_link_status: 'down' }) },
      '10.0.0.3': { info: row({ master_link_status: 'down' }) },
    }),
    ['problem replica-link'],
  ],
  [
    'a replica has been silent for 3 s',
    nodes({
      '10.0.0.1': { replicas: [row({ ip: '10.0.0.2', port: 6379, state: 'online', offset: 5000, lag: 3 })] },
    }),
    ['warning replica-lag'],
  ],
  [
    'a replica that is synchronizing is not behind',
    nodes({
      '10.0.0.1': { replicas: [row({ ip: '10.0.0.2', port: 6379, state: 'send_bulk', offset: 0, lag: 9 })] },
    }),
    [],
  ],
  [
    'a replica has acknowledged nothing',
    nodes({
      '10.0.0.1': { replicas: [row({ ip: '10.0.0.2', port: 6379, state: 'online', offset: 0, lag: 0 })] },
    }),
    ['warning unconfirmed-replica'],
  ],
  [
    'one replica is never promoted',
    nodes({ '10.0.0.2': { info: info('10.0.0.2', { slave_priority: 0 }) } }),
    ['note replica-priority'],
  ],
  [
    'no replica ever is',
    nodes({
      '10.0.0.2': { info: info('10.0.0.2', { slave_priority: 0 }) },
      '10.0.0.3': { info: info('10.0.0.3', { slave_priority: 0 }) },
    }),
    ['problem replica-priority'],
  ],
  ['no replica', { nodes: [aNode('10.0.0.1', { replicas: [] })] }, ['problem no-replica']],
  [
    'a replica of a replica',
    nodes({ '10.0.0.2': { replicates: { host: '10.0.0.3', port: 6379 } } }),
    ['warning wrong-master'],
  ],
  [
    'a second master',
    nodes({ '10.0.0.2': { role: 'master', replicates: undefined } }),
    ['problem stale-master'],
  ],
  [
    'no master at all',
    nodes({ '10.0.0.1': { role: 'replica', replicates: { host: '10.0.0.2', port: 6379 } } }),
    ['problem stale-master'],
  ],
  [
    'min-replicas-to-write is 0',
    nodes({ '10.0.0.2': { config: config({ 'min-replicas-to-write': 0 }) } }),
    ['warning min-replicas'],
  ],
  [
    'min-replicas-to-write is their number',
    nodes({ '10.0.0.2': { config: config({ 'min-replicas-to-write': 2 }) } }),
    [],
  ],
  [
    'min-replicas-to-write is more',
    nodes({ '10.0.0.2': { config: config({ 'min-replicas-to-write': 3 }) } }),
    ['problem min-replicas'],
  ],
  [
    'nothing is kept',
    nodes({ '10.0.0.2': { config: config({ appendonly: 'no' }) } }),
    ['warning persistence'],
  ],
  ['snapshots are kept', nodes({ '10.0.0.2': { config: config({ appendonly: 'no', save: '3600 1' }) } }), []],
  [
    'protected mode without a password',
    nodes({ '10.0.0.2': { config: config({ 'protected-mode': 'yes' }), open: true } }),
    ['problem protected-mode'],
  ],
  [
    'protected mode with a password',
    nodes({ '10.0.0.2': { config: config({ 'protected-mode': 'yes' }) } }),
    [],
  ],
  [
    'a node is closed to other machines',
    nodes({ '10.0.0.2': { trouble: { reason: 'protected', message: 'DENIED' } } }),
    ['problem protected-mode'],
  ],
  [
    'a node refuses us',
    nodes({ '10.0.0.2': { trouble: { reason: 'refused', message: 'WRONGPASS' } } }),
    ['problem own-rights'],
  ],
  [
    'we may not ask',
    nodes({ '10.0.0.2': { refused: ['CONFIG GET'] }, '10.0.0.3': { refused: ['CONFIG GET'] } }),
    ['note own-rights'],
  ],
  [
    'sentinels may not demote',
    nodes({ '10.0.0.2': { denials: [{ user: 's', purpose: 'sentinels', command: 'SLAVEOF' }] } }),
    ['problem server-rights'],
  ],
  ['a node could not follow', nodes({ '10.0.0.1': { hasMasterAuth: false } }), ['problem master-auth']],
  [
    'nodes are open to all',
    nodes(
      Object.fromEntries(
        ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((host) => [host, { hasMasterAuth: false, open: true }]),
      ),
    ),
    [],
  ],
  [
    'a certificate is for another name',
    nodes({ '10.0.0.2': { certificate: { validUntil: at + 99 * day, mismatch: 'not in the list' } } }),
    ['warning certificate-name'],
  ],
  [
    'a certificate is not accepted',
    nodes({ '10.0.0.2': { trouble: { reason: 'certificate', message: 'not accepted' } } }),
    ['problem certificate-name'],
  ],
  [
    'a certificate has expired',
    nodes({ '10.0.0.2': { trouble: { reason: 'certificate', message: 'certificate has expired' } } }),
    ['problem certificate-expiry'],
  ],
  [
    'a certificate expires this week',
    nodes({ '10.0.0.2': { certificate: { validUntil: at + 6 * day, mismatch: undefined } } }),
    ['problem certificate-expiry'],
  ],
  [
    'a certificate expires in 30 days',
    nodes({ '10.0.0.2': { certificate: { validUntil: at + 30 * day, mismatch: undefined } } }),
    ['warning certificate-expiry'],
  ],
  [
    'a certificate expires in 31 days',
    nodes({ '10.0.0.2': { certificate: { validUntil: at + 31 * day, mismatch: undefined } } }),
    [],
  ],
  [
    'a replica is newer',
    nodes({ '10.0.0.2': { info: info('10.0.0.2', { redis_version: '7.2.4' }) } }),
    ['note mixed-versions'],
  ],
  [
    'a replica is older',
    nodes({ '10.0.0.2': { info: info('10.0.0.2', { redis_version: '6.2.14' }) } }),
    ['warning mixed-versions', 'note mixed-versions'],
  ],
  [
    'a sentinel is older',
    sentinels({ 2: { info: row({ redis_version: '6.2.14' }) } }),
    ['note mixed-versions'],
  ],
];
