import type { Rule } from '../rule.ts';
import { addressesOf, isReached } from '../survey.ts';
import { list, verb } from '../words.ts';

export const nameUnknown: Rule = {
  name: 'name-unknown',
  summary: 'Sentinels that do not watch this master.',
  check(survey) {
    const ignorant = survey.sentinels.filter(
      (one) => isReached(one) && !one.masterAddress && one.refused.length === 0,
    );
    if (ignorant.length === 0) return [];
    return [
      {
        severity: 'problem',
        what: `${list(addressesOf(ignorant))} ${verb(ignorant, 'does', 'do')} not watch a master named '${survey.name}'.`,
        why: 'Such a sentinel has no vote on this master, and clients that ask it are told there is none.',
        todo: `Run SENTINEL MONITOR ${survey.name} <host> <port> <quorum> there, or take it out of the clients' lists.`,
        about: addressesOf(ignorant),
      },
    ];
  },
};
