import type { Rule } from '../rule.ts';
import { addressesOf, isReached, type NodeFacts, replicasOf, type Survey, viewsOf } from '../survey.ts';
import { list, verb } from '../words.ts';

export const replicaLink: Rule = {
  name: 'replica-link',
  summary: 'Replicas that have lost their master.',
  check(survey) {
    const replicas = replicasOf(survey);
    const cut = replicas.filter((node) => isCut(survey, node));
    if (cut.length === 0) return [];
    const all = cut.length === replicas.length;
    return [
      {
        severity: all ? 'problem' : 'warning',
        what: `${all ? 'No replica is' : `${list(addressesOf(cut))} ${verb(cut, 'is', 'are')} not`} connected to the master.`,
        why: all
          ? 'Every write is on one machine only, and nobody can be promoted without losing data.'
          : 'Such a replica falls behind with each write, and is not promoted once it has been cut off for too long.',
        todo: 'Look into the log there. Usual causes: masterauth or masteruser is wrong, the master is not reachable from there, or a full synchronization fails again and again (client-output-buffer-limit replica).',
        about: addressesOf(cut),
      },
    ];
  },
};

/** A node that is down is the matter of another rule. */
function isCut(survey: Survey, node: NodeFacts): boolean {
  if (!isReached(node)) return viewsOf(survey, node).some((row) => row.get('master-link-status') === 'err');
  return node.role === 'replica' && node.info.get('master_link_status') === 'down';
}
