import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Resolver } from '@switchmaster/core';
import { getResolverToken } from '@switchmaster/nestjs';
import { sentinelTransport } from '@switchmaster/nestjs/microservices';
import { AppModule } from './app.module.js';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  app.enableShutdownHooks();
  app.connectMicroservice(sentinelTransport(app.get<Resolver>(getResolverToken())));
  try {
    await app.startAllMicroservices();
  } catch (error) {
    new Logger('main').warn(`serves HTTP alone: ${String(error)}`);
  }
  await app.listen(0, '127.0.0.1');
  process.send?.(((app.getHttpServer() as Server).address() as AddressInfo).port);
}

void bootstrap();
