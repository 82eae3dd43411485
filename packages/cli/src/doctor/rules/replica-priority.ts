import type { Rule } from '../rule.ts';
import { addressesOf, type NodeFacts, replicasOf, type Survey, viewsOf } from '../survey.ts';
import { list, verb } from '../words.ts';

export const replicaPriority: Rule = {
  name: 'replica-priority',
  summary: 'Replicas with priority 0, which are never promoted.',
  check(survey) {
    const replicas = replicasOf(survey);
    const never = replicas.filter((node) => priorityOf(survey, node) === '0');
    if (never.length === 0) return [];
    const all = never.length === replicas.length;
    return [
      {
        severity: all ? 'problem' : 'note',
        what: all
          ? 'Every replica has replica-priority 0.'
          : `${list(addressesOf(never))} ${verb(never, 'has', 'have')} replica-priority 0.`,
        why: all
          ? 'Nobody can be promoted: there will be no failover.'
          : 'Such a replica is never promoted, and counts for nothing in a failover.',
        todo: `Unless that is meant${all ? '' : ', as for a backup or a distant site'}: CONFIG SET replica-priority 100 there.`,
        about: addressesOf(never),
      },
    ];
  },
};

function priorityOf(survey: Survey, node: NodeFacts): string | undefined {
  return (
    node.info.get('slave_priority') ??
    node.config.get('replica-priority') ??
    viewsOf(survey, node)[0]?.get('slave-priority')
  );
}
