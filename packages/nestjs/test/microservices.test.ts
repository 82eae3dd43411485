import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  MessagePattern,
  Payload,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { createResolver } from '@switchmaster/core';
import {
  eventually,
  expectNoLeaks,
  snapshotHandles,
  startCluster,
  type Cluster,
} from '@switchmaster/testing';
import { firstValueFrom, timeout } from 'rxjs';
import { expect, test } from 'vitest';
import { sentinelTransport } from '../src/microservices/index.ts';
import 'reflect-metadata';

@Controller()
class Doubler {
  @MessagePattern('double')
  double(@Payload() number: number): number {
    return 2 * number;
  }
}

@Module({ controllers: [Doubler] })
class DoublerModule extends Object {}

interface Running extends AsyncDisposable {
  readonly proxy: ClientProxy;
  close(): Promise<void>;
}

async function run(cluster: Cluster): Promise<Running> {
  const { name, sentinels } = cluster;
  const resolver = createResolver({ name, sentinels });
  const server = await NestFactory.createMicroservice<MicroserviceOptions>(DoublerModule, {
    ...sentinelTransport(resolver),
    logger: false,
  });
  await server.listen();
  const proxy = ClientProxyFactory.create(sentinelTransport(resolver));
  const close = async (): Promise<void> => {
    await Promise.allSettled([proxy.close(), server.close()]);
    await resolver.close();
  };
  return { proxy, close, [Symbol.asyncDispose]: close };
}

function double(proxy: ClientProxy, number: number, timeoutMs = 20_000): Promise<number> {
  return firstValueFrom(proxy.send<number>('double', number).pipe(timeout(timeoutMs)));
}

const faults: [what: string, bring: (cluster: Cluster) => Promise<void>][] = [
  ['a planned failover', (cluster) => cluster.failover()],
  ['a killed master', async (cluster) => cluster.kill(await cluster.master())],
  ['a frozen master', async (cluster) => cluster.freeze(await cluster.master())],
];

test.each(faults)('requests are answered again after %s', async (_, bring) => {
  const before = snapshotHandles();
  {
    await using cluster = await startCluster();
    await using running = await run(cluster);
    expect(await double(running.proxy, 1)).toBe(2);
    const old = await cluster.master();
    await bring(cluster);
    await cluster.masterAfter(old);
    await eventually(async () => expect(await double(running.proxy, 2, 500)).toBe(4));
    // The connections of both sides have settled: nothing is missed any more.
    const answers = await Promise.all(
      Array.from({ length: 100 }, (__, number) => double(running.proxy, number)),
    );
    expect(answers[99]).toBe(198);
  }
  await expectNoLeaks(before);
});

const ends: [what: string, bring: (cluster: Cluster) => Promise<unknown>][] = [
  [
    'dead',
    (cluster) => Promise.all([...cluster.nodes, ...cluster.sentinels].map((one) => cluster.kill(one))),
  ],
  [
    'frozen',
    (cluster) => Promise.all([...cluster.nodes, ...cluster.sentinels].map((one) => cluster.freeze(one))),
  ],
];

test.each(ends)(
  'with everything %s, requests fail in time, and closing ends and leaves nothing',
  async (_, bring) => {
    const before = snapshotHandles();
    {
      await using cluster = await startCluster();
      const running = await run(cluster);
      expect(await double(running.proxy, 1)).toBe(2);
      await bring(cluster);
      await expect(double(running.proxy, 2, 500)).rejects.toThrow(/Timeout|Connection/);
      running.proxy.emit('news', 1).subscribe({ error: () => {} });
      await running.close();
    }
    await expectNoLeaks(before);
  },
);
