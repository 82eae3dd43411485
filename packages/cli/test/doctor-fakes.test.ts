import { type FakeNode, type FakeSentinel, startFakeNode, startFakeSentinel } from '@switchmaster/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findings, leaveNothingBehind, of } from './doctor-support.ts';

leaveNothingBehind();

/* What takes two versions of the server, or a moment that is over before one can look. */
let master: FakeNode;
let replica: FakeNode;
let sentinel: FakeSentinel;

beforeAll(async () => {
  master = await startFakeNode();
  replica = await startFakeNode({ role: 'replica', master });
  sentinel = await startFakeSentinel({ master, replicas: [replica] });
});
afterAll(async () => {
  for (const fake of [sentinel, replica, master]) await fake[Symbol.asyncDispose]();
});

const bulk = (lines: readonly string[]): string => {
  const text = lines.join('\r\n');
  return `$${text.length}\r\n${text}\r\n`;
};
const asked = () => findings({ name: 'mymaster', sentinels: [sentinel] });
const nameOf = ({ host, port }: FakeNode): string => `${host}:${port}`;

it('a replica that is older than its master', async () => {
  replica.reply('info', bulk(['redis_version:6.2.6', 'role:slave', 'master_link_status:up']));
  const found = of('mixed-versions', await asked());
  replica.reply('info', undefined);
  expect(found.map(({ severity }) => severity)).toEqual(['warning', 'note']);
  expect(found[0]?.about).toEqual([nameOf(replica)]);
  expect(found[1]?.what).toContain('6.2.6');
});

it('a replica that is online for the master, and has acknowledged nothing', async () => {
  const row = `slave0:ip=${replica.host},port=${replica.port},state=online,offset=0,lag=0`;
  master.reply('info', bulk(['redis_version:7.0.15', 'role:master', row, 'master_repl_offset:900']));
  const found = of('unconfirmed-replica', await asked());
  master.reply('info', undefined);
  expect(found).toMatchObject([{ severity: 'warning', about: [nameOf(replica)] }]);
});

it('a node in protected mode that lets nobody in', async () => {
  replica.reply('*', '-DENIED Redis is running in protected mode because protected mode is enabled\r\n');
  const found = of('protected-mode', await asked());
  replica.reply('*', undefined);
  expect(found).toMatchObject([{ severity: 'problem', about: [nameOf(replica)] }]);
});

it('a sentinel that is listed under an address of its own and an old id is asked once under each', async () => {
  const { port } = sentinel;
  sentinel.group('mymaster').others = [{ host: '127.0.0.1', port, id: 'f'.repeat(40) }];
  const given = { name: 'mymaster', sentinels: [{ host: 'localhost', port }] };
  const found = await findings(given);
  sentinel.group('mymaster').others = [];
  expect(of('sentinel-count', found)[0]?.what).toBe('There is only 1 sentinel.');
});
