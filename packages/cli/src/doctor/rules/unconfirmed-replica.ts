import { toNumber } from '../../replies.ts';
import type { Rule } from '../rule.ts';
import { masterOf } from '../survey.ts';
import { list } from '../words.ts';

export const unconfirmedReplica: Rule = {
  name: 'unconfirmed-replica',
  summary: 'Replicas that the master takes for online, and that have acknowledged nothing yet.',
  check(survey) {
    const master = masterOf(survey);
    const written = toNumber(master?.info.get('master_repl_offset')) ?? 0;
    const silent = (master?.replicas ?? []).filter(
      (row) => row.get('state') === 'online' && row.get('offset') === '0' && written > 0,
    );
    if (silent.length === 0) return [];
    const addresses = silent.map((row) => `${row.get('ip')}:${row.get('port')}`);
    return [
      {
        severity: 'warning',
        what: `The master counts ${list(addresses)} as online, and has no acknowledgement from there.`,
        why: 'A replica that was fed without a file (repl-diskless-sync) is sent new writes only after its first acknowledgement, up to a second later. A failover to it in the meantime loses them.',
        todo: 'Run this again in a second, before a planned failover above all. If it stays, that replica does not process what it is sent.',
        about: addresses,
      },
    ];
  },
};
