import { expect, test } from 'vitest';
import { eventually, until } from './eventually.ts';

test('eventually asks until the check does not throw, and gives its result', async () => {
  let asked = 0;
  const check = (): number => {
    asked += 1;
    if (asked < 3) throw new Error('too early');
    return asked;
  };
  expect(await eventually(check, { intervalMs: 1 })).toBe(3);
});

test('eventually takes no result for fulfilled, and false for not yet', async () => {
  await eventually(() => {});
  let asked = 0;
  await eventually(() => ++asked === 3, { intervalMs: 1 });
  expect(asked).toBe(3);
});

test('until waits for a value', async () => {
  const values = [undefined, null, '', 0, 'there'];
  expect(await until(() => values.shift(), { intervalMs: 1 })).toBe('there');
});

test('a rejected check is asked again', async () => {
  const answers = [Promise.reject(new Error('no')), Promise.resolve('yes')];
  expect(await until(() => answers.shift(), { intervalMs: 1 })).toBe('yes');
});

test('the error holds the last failure', async () => {
  const cause = new Error('still down');
  const check = (): never => {
    throw cause;
  };
  const error = await eventually(check, { timeoutMs: 5, intervalMs: 1, what: 'the server' }).catch(
    (e: unknown) => e,
  );
  expect(error).toMatchObject({ message: 'Waited 5 ms for the server. Last failure: still down', cause });
  await expect(until(() => undefined, { timeoutMs: 5, intervalMs: 1 })).rejects.toThrow(
    'the check returned undefined',
  );
});
