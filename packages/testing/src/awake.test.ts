import { expect, test } from 'vitest';
import { whileAwake } from './awake.ts';

const still = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until;);
};
/** Lets the standing still be noticed. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

/** A trial that fails so many times, and stands still each time. */
function trial(failures: number): { play: () => Promise<number>; played: () => number } {
  let played = 0;
  const play = async (): Promise<number> => {
    played += 1;
    await turn();
    still(60);
    await turn();
    if (played <= failures) throw new Error(`failure ${played}`);
    return played;
  };
  return { play, played: () => played };
}

test('a trial is played again where the process stood still, a few times', async () => {
  const repeated: unknown[] = [];
  const onRepeat = (error: unknown, stoodStillMs: number): void =>
    void repeated.push([String(error), stoodStillMs >= 40]);
  expect(await whileAwake(trial(2).play, { onRepeat })).toBe(3);
  expect(repeated).toEqual([
    ['Error: failure 1', true],
    ['Error: failure 2', true],
  ]);
  const hopeless = trial(Infinity);
  await expect(whileAwake(hopeless.play, { tries: 2 })).rejects.toThrow('failure 2');
  expect(hopeless.played()).toBe(2);
});

test.each([
  ['the process was awake', { stillMs: Infinity }],
  ['standing still explains nothing', { excuses: () => false }],
])('where %s, a failure is one', async (_, options) => {
  const { play, played } = trial(1);
  await expect(whileAwake(play, options)).rejects.toThrow('failure 1');
  expect(played()).toBe(1);
});
