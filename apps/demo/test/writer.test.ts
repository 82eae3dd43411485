import { expect, test } from 'vitest';
import { until } from '@switchmaster/testing';
import { Writer } from '../src/writer.ts';

test('it does not wait for replies, and tells acknowledged, failed and pending writes apart', async () => {
  const writer = new Writer((n) => {
    if (n === 1) return Promise.reject(new Error('refused'));
    return n === 2 ? new Promise(() => {}) : Promise.resolve();
  });
  writer.start();
  await until(() => writer.acked >= 20);
  await writer.stop(1);

  const { issued, acks, failed, errors } = writer.record;
  expect({ failed, errors, pending: writer.pending }).toEqual({
    failed: 1,
    errors: { refused: 1 },
    pending: 1,
  });
  expect(acks.map(({ n }) => n)).toEqual(
    Array.from({ length: issued }, (_, n) => n).filter((n) => n !== 1 && n !== 2),
  );
});

test('it stops as soon as nothing is pending', async () => {
  let reply = (): void => {};
  const writer = new Writer((n) =>
    n === 0 ? new Promise<void>((resolve) => (reply = resolve)) : Promise.resolve(),
  );
  writer.start();
  await until(() => writer.acked > 0);
  const stopped = writer.stop(60_000);
  reply();
  await stopped;
  expect(writer.pending).toBe(0);
});
