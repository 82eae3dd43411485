import { createServers } from '@switchmaster/core';
import { expectNoLeaks, snapshotHandles, startFakeSentinel } from '@switchmaster/testing';
import { expect, test } from 'vitest';
import { askForFailover } from '../src/switchover/promotion.ts';
import { Scene } from '../src/switchover/scene.ts';

const master = { host: '127.0.0.1', port: 1 };
const limits = { maxPauseMs: 1500, preferMs: 0, momentMs: 0, announcementMs: 0, verifyMs: 0 };

test.each([
  ['+OK\r\n', ['COORDINATED'], 'and the master hands over'],
  ["-ERR wrong number of arguments for 'sentinel|failover' command\r\n", ['COORDINATED', ''], 'leads'],
  ['-ERR syntax error\r\n', ['COORDINATED', ''], 'leads'],
])('a sentinel that answers COORDINATED with %j is asked for %j', async (answer, forms, said) => {
  const before = snapshotHandles();
  {
    await using sentinel = await startFakeSentinel({ master });
    sentinel.reply('sentinel failover', (args) => (args.includes('COORDINATED') ? answer : '+OK\r\n'));
    const servers = createServers({ name: 'mymaster', sentinels: [sentinel] });
    const { host, port } = sentinel;
    const plan = {
      ...{ name: 'mymaster', master, candidate: master, preferences: [], downAfterMs: 1000 },
      sentinels: [{ host, port }],
    };
    using scene = new Scene(servers, plan, limits);
    expect(await askForFailover(scene.leader, scene)).toContain(said);
    const asked = sentinel.received.filter(({ text }) => text.startsWith('SENTINEL FAILOVER'));
    expect(asked.map(({ text }) => text)).toEqual(
      forms.map((form) => `SENTINEL FAILOVER mymaster ${form}`.trim()),
    );
  }
  await expectNoLeaks(before);
});
