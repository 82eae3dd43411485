import { expect, test } from 'vitest';
import type { Phase } from '../page/messages.ts';
import { addSighting, type Failover, noFailover } from './failover-phases.ts';

type Sight = readonly [Phase, string];

/** What the page is told of a history, as `<failover> <phase> <node>`. */
function told(history: readonly Sight[]): string[] {
  let failover: Failover = noFailover;
  return history.flatMap(([phase, node], at) => {
    const [next, message] = addSighting(failover, { at, phase, node });
    failover = next;
    return message ? [`${message.failover} ${message.phase} ${message.node}`] : [];
  });
}

const planned: readonly Sight[] = [
  ['elected', 'b'],
  ['hold', 'b'],
  ['promoted', 'b'],
  ['moved', 'b'],
  ['announced', 'b'],
];

test.each<{ what: string; history: readonly Sight[]; expected: readonly string[] }>([
  {
    what: 'a planned failover has its phases in order, the demotion last',
    history: [...planned, ['demoted', 'a']],
    expected: ['1 elected b', '1 hold b', '1 promoted b', '1 moved b', '1 announced b', '1 demoted a'],
  },
  {
    what: 'what every sentinel says counts once',
    history: [['down', 'a'], ['down', 'a'], ...planned, ['announced', 'b'], ['announced', 'b']],
    expected: ['1 down a', '1 elected b', '1 hold b', '1 promoted b', '1 moved b', '1 announced b'],
  },
  {
    what: 'the next failover begins a number of its own, though the old master was not demoted yet',
    history: [...planned, ['down', 'b'], ['demoted', 'a'], ['elected', 'c']],
    expected: [
      '1 elected b',
      '1 hold b',
      '1 promoted b',
      '1 moved b',
      '1 announced b',
      '2 down b',
      '2 elected c',
    ],
  },
  {
    what: 'a sentinel that is behind announces nothing in the next failover',
    history: [...planned, ['elected', 'c'], ['announced', 'b'], ['moved', 'c'], ['announced', 'c']],
    expected: [...told(planned), '2 elected c', '2 moved c', '2 announced c'],
  },
  {
    what: 'nor when the new master is missed before anybody was elected',
    history: [...planned, ['down', 'b'], ['announced', 'b']],
    expected: [...told(planned), '2 down b'],
  },
  {
    what: 'a failover that was called off is over',
    history: [
      ['elected', 'b'],
      ['hold', 'b'],
      ['released', 'a'],
      ['elected', 'b'],
    ],
    expected: ['1 elected b', '1 hold b', '1 released a', '2 elected b'],
  },
  {
    what: 'another candidate is another attempt',
    history: [
      ['down', 'a'],
      ['elected', 'b'],
      ['elected', 'c'],
      ['moved', 'c'],
    ],
    expected: ['1 down a', '1 elected b', '2 elected c', '2 moved c'],
  },
  {
    what: 'a move that nobody told of before has a number, too',
    history: [
      ['moved', 'b'],
      ['moved', 'c'],
    ],
    expected: ['1 moved b', '2 moved c'],
  },
  {
    what: 'a release without a hold is none of a failover',
    history: [
      ['released', 'a'],
      ['down', 'a'],
      ['released', 'a'],
    ],
    expected: ['1 down a'],
  },
])('$what', ({ history, expected }) => {
  expect(told(history)).toEqual(expected);
});
