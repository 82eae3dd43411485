import 'reflect-metadata';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { type Cluster, startCluster } from '@switchmaster/testing';
import { AppModule } from './app.module.ts';
import { baseUrlOf } from './load/base-url.ts';
import { Load } from './load/load.ts';

/** How to run the example. */
export interface ExampleOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Of the master, at the start. */
  readonly replicas: number;
  /** Of each lane, per second. */
  readonly rate: number;
  /** Whether the clients' own Sentinel support writes from the start, too. */
  readonly contrasts: boolean;
}

/** An example that runs. */
export interface Example extends AsyncDisposable {
  readonly url: string;
  readonly app: NestExpressApplication;
  readonly cluster: Cluster;
}

/** Sentinels wait twice this time before they elect again, and faults shall be repeatable. */
const failoverTimeoutMs = 3000;

const publicFolder = fileURLToPath(new URL('../public', import.meta.url));
const uPlotFolder = dirname(createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css'));

/** Starts the cluster and the application, and resolves when all lanes are connected. */
export async function startExample(options: ExampleOptions): Promise<Example> {
  const { replicas } = options;
  const cluster = await startCluster({ replicas, sentinels: 3, proxied: true, failoverTimeoutMs });
  let app: NestExpressApplication | undefined;
  const stop = async (): Promise<void> => {
    await app?.close();
    await cluster.stop();
  };
  try {
    app = await createApp(cluster);
    await app.listen(options.port, options.host);
    await app.get(Load).start({ contrasts: options.contrasts, ratePerSecond: options.rate });
    return { url: baseUrlOf(app.getHttpServer()), app, cluster, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function createApp(cluster: Cluster): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.on(cluster), {
    // The page shows what happens.
    logger: new ConsoleLogger({ logLevels: ['fatal'] }),
    forceCloseConnections: true,
    abortOnError: false,
  });
  app.useStaticAssets(publicFolder);
  app.useStaticAssets(uPlotFolder, { prefix: '/vendor/uplot/' });
  return app;
}
