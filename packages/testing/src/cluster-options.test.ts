import { expect, test } from 'vitest';
import { resolveOptions } from './cluster-options.ts';

test.each([
  [1, 1],
  [2, 2],
  [3, 2],
  [5, 3],
])('of %i sentinels the quorum is %i', (sentinels, quorum) => {
  expect(resolveOptions({ sentinels, server: 'x' }).quorum).toBe(quorum);
});

test('what is given counts', () => {
  const options = resolveOptions({ sentinels: 5, quorum: 1, name: 'cache', server: '/opt/redis-server' });
  expect(options).toMatchObject({ quorum: 1, names: ['cache'], server: '/opt/redis-server', replicas: 2 });
});

test('hosts need Linux', () => {
  expect(() => resolveOptions({ addressing: 'hosts', server: 'x' }, 'darwin')).toThrow(
    "addressing: 'hosts' needs Linux, where all of 127.0.0.0/8 is local. This is darwin.",
  );
});
