import { toNumber, type Row } from '../../replies.ts';
import type { Rule } from '../rule.ts';
import { masterOf } from '../survey.ts';
import { bytes, duration, list } from '../words.ts';

/** Replicas acknowledge each second. */
const lateSeconds = 3;
const farBytes = 10 * 1024 * 1024;

export const replicaLag: Rule = {
  name: 'replica-lag',
  summary: 'Replicas that are behind their master.',
  check(survey) {
    const master = masterOf(survey);
    const written = toNumber(master?.info.get('master_repl_offset')) ?? 0;
    const behind = (master?.replicas ?? [])
      .map((row) => describe(row, written))
      .filter((one) => one !== undefined);
    if (behind.length === 0) return [];
    return [
      {
        severity: 'warning',
        what: `${list(behind.map(({ address, how }) => `Replica ${address} is ${how}`))}.`,
        why: 'What it has not got is lost if the master dies now and this replica is promoted.',
        todo: 'Look for a slow disk, network or command there. A bound on it is min-replicas-max-lag with min-replicas-to-write.',
        about: behind.map(({ address }) => address),
      },
    ];
  },
};

function describe(row: Row, written: number): { address: string; how: string } | undefined {
  const seconds = toNumber(row.get('lag')) ?? 0;
  const missing = written - (toNumber(row.get('offset')) ?? written);
  if (row.get('state') !== 'online' || (seconds < lateSeconds && missing < farBytes)) return undefined;
  const how = [
    ...(missing > 0 ? [`${bytes(missing)} behind`] : []),
    ...(seconds >= lateSeconds ? [`silent for ${duration(seconds * 1000)}`] : []),
  ];
  return { address: `${row.get('ip')}:${row.get('port')}`, how: list(how) };
}
