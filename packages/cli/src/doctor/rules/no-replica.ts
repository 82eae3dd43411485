import type { Rule } from '../rule.ts';
import { addressesOf, replicasOf } from '../survey.ts';

export const noReplica: Rule = {
  name: 'no-replica',
  summary: 'A master without replicas.',
  check(survey) {
    if (replicasOf(survey).length > 0) return [];
    return [
      {
        severity: 'problem',
        what: 'The sentinels know of no replica.',
        why: 'There is nobody to promote: a crash of the master is an outage until it is started again.',
        todo: 'Add a replica: replicaof <master> in its configuration, and the sentinels find it within ten seconds.',
        about: addressesOf(survey.nodes),
      },
    ];
  },
};
