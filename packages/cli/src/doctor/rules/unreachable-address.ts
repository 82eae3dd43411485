import { formatAddress, type NodeAddress } from '@switchmaster/core';
import type { Finding, Rule } from '../rule.ts';
import {
  hasFlag,
  isSilent,
  masterOf,
  type Survey,
  type Trouble,
  viewsOf,
  viewsOfSentinel,
} from '../survey.ts';
import type { Row } from '../../replies.ts';

export const unreachableAddress: Rule = {
  name: 'unreachable-address',
  summary: 'Announced addresses that the sentinels reach, and we do not (NAT, containers).',
  check(survey) {
    const sentinels = survey.sentinels.flatMap((sentinel) => {
      const { announced, announcedTrouble, trouble, address } = sentinel;
      if (announced && announcedTrouble) return [finding('sentinel', announced, announcedTrouble, 'warning')];
      return trouble && isSilent(sentinel) && isUp(viewsOfSentinel(survey, sentinel))
        ? [finding('sentinel', address, trouble, 'warning')]
        : [];
    });
    return [...nodes(survey), ...sentinels];
  },
};

function nodes(survey: Survey): Finding[] {
  return survey.nodes.filter(isSilent).flatMap((node) => {
    if (!node.trouble || !isUp(viewsOf(survey, node))) return [];
    return [finding('node', node.address, node.trouble, node === masterOf(survey) ? 'problem' : 'warning')];
  });
}

function isUp(views: readonly Row[]): boolean {
  return views.some((row) => !hasFlag(row, 's_down', 'o_down', 'disconnected'));
}

function finding(
  kind: 'sentinel' | 'node',
  address: NodeAddress,
  { message }: Trouble,
  severity: Finding['severity'],
): Finding {
  const own =
    kind === 'node'
      ? 'replica-announce-ip and replica-announce-port'
      : 'sentinel announce-ip and announce-port';
  return {
    severity,
    what: `The sentinels reach ${kind} ${formatAddress(address)}, and from here it cannot be reached: ${message}.`,
    why: 'Clients that are where this was run are told that address, too, and fail at it.',
    todo: `Make it reachable, announce one that is (${own}), or give clients mapAddress and this command --map-address. If it has gone only now, the sentinels will see it soon.`,
    about: [formatAddress(address)],
  };
}
