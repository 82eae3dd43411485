import { expect, test, vi } from 'vitest';
import { attempt } from '../src/section.ts';

test('a part that fails is recorded, and what follows goes on', async () => {
  const failed = vi.fn<(part: string, error: unknown) => void>();
  const { signal } = new AbortController();
  const error = new Error('no master');
  expect(await attempt({ failed, signal }, 'S1, run 1', () => Promise.reject(error))).toBeUndefined();
  expect(await attempt({ failed, signal }, 'S1, run 2', () => Promise.resolve(7))).toBe(7);
  expect(failed.mock.calls).toEqual([['S1, run 1', error]]);
});

test('who is stopped has not failed', async () => {
  const failed = vi.fn<(part: string, error: unknown) => void>();
  const abort = new AbortController();
  abort.abort();
  const stopped = attempt({ failed, signal: abort.signal }, 'S1, run 1', () => Promise.reject(new Error()));
  await expect(stopped).rejects.toBe(abort.signal.reason);
  expect(failed).not.toHaveBeenCalled();
});
