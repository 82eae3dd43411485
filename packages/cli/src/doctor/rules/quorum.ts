import { toNumber } from '../../replies.ts';
import type { Finding, Rule } from '../rule.ts';
import { addressesOf, watching } from '../survey.ts';
import { count } from '../words.ts';

export const quorum: Rule = {
  name: 'quorum',
  summary: 'A quorum that cannot be reached, a majority that is out of sight, or a quorum of one.',
  check(survey) {
    const sentinels = watching(survey);
    const about = addressesOf(sentinels);
    const known = Math.max(0, ...sentinels.map(({ peers }) => peers.length + 1));
    const needed = Math.max(0, ...sentinels.map(({ master }) => toNumber(master.get('quorum')) ?? 0));
    const majority = Math.floor(known / 2) + 1;
    return [
      ...(needed > known ? [impossible(needed, known, survey.name, about)] : []),
      ...(known >= needed && sentinels.length < Math.max(needed, majority)
        ? [outOfSight(sentinels.length, known, Math.max(needed, majority), about)]
        : []),
      ...(needed === 1 && known > 2 ? [single(known, majority, survey.name, about)] : []),
    ];
  },
};

function impossible(needed: number, known: number, name: string, about: string[]): Finding {
  return {
    severity: 'problem',
    what: `The quorum is ${needed}, and there ${known === 1 ? 'is' : 'are'} only ${count(known, 'sentinel')}.`,
    why: 'A crash of the master will never be agreed upon: there will be no failover.',
    todo: `Run SENTINEL SET ${name} quorum ${Math.floor(known / 2) + 1} on every sentinel, or add sentinels.`,
    about,
  };
}

function outOfSight(reached: number, known: number, needed: number, about: string[]): Finding {
  return {
    severity: 'problem',
    what: `Only ${reached} of ${count(known, 'sentinel')} answer, and a failover needs ${needed}.`,
    why: 'While that is so, a crash of the master is an outage without end.',
    todo: 'Bring back the sentinels that do not answer. Any that were removed for good have to be forgotten: SENTINEL RESET.',
    about,
  };
}

function single(known: number, majority: number, name: string, about: string[]): Finding {
  return {
    severity: 'warning',
    what: `The quorum is 1 of ${count(known, 'sentinel')}.`,
    why: 'One sentinel with a bad connection is enough to begin a failover of a master that is well.',
    todo: `Run SENTINEL SET ${name} quorum ${majority} on every sentinel.`,
    about,
  };
}
