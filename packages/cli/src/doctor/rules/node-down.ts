import { formatAddress } from '@switchmaster/core';
import type { Rule } from '../rule.ts';
import { hasFlag, isSilent, masterOf, viewsOf } from '../survey.ts';

export const nodeDown: Rule = {
  name: 'node-down',
  summary: 'Nodes that neither the sentinels nor we can reach.',
  check(survey) {
    const master = masterOf(survey);
    const down = survey.nodes.filter(
      (node) =>
        isSilent(node) &&
        viewsOf(survey, node).every((row) => hasFlag(row, 's_down', 'o_down', 'disconnected')),
    );
    return down.map((node) => ({
      severity: node === master ? 'problem' : 'warning',
      what: `${node === master ? 'The master' : 'Replica'} ${formatAddress(node.address)} is down: ${node.trouble?.message ?? ''}.`,
      why:
        node === master
          ? 'Nothing can be written until a replica is promoted.'
          : 'There is one less to promote, and one less copy of the data.',
      todo:
        node === master
          ? 'Start it again or wait for the failover; if none comes, the other findings say why.'
          : `Start it again. If it is gone for good, run SENTINEL RESET ${survey.name} on one sentinel after the other.`,
      about: [formatAddress(node.address)],
    }));
  },
};
