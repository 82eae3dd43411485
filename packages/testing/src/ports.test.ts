import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { Reservations } from './ports.ts';

const folder = join(tmpdir(), `switchmaster-reserved-${userInfo().uid}`);

function held(): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

test('a port is below what the system hands out, and free', async () => {
  const reservations = new Reservations();
  const port = await reservations.port('127.0.0.1');
  expect(port).toBeGreaterThanOrEqual(20_000);
  expect(port).toBeLessThan(32_000);
  const server = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await new Promise((resolve) => server.close(resolve));
  reservations.release();
});

test('nobody gets the same port until it is released', async () => {
  const many = Array.from({ length: 20 }, () => new Reservations());
  const ports = await Promise.all(many.flatMap((one) => [one.port('127.0.0.1'), one.port('127.0.0.1')]));
  expect(new Set(ports).size).toBe(ports.length);
  const names = ports.map((port) => `port-${port}`);
  expect(held()).toEqual(expect.arrayContaining(names));
  for (const one of many) one.release();
  expect(held().filter((name) => names.includes(name))).toEqual([]);
});

test('nobody gets the same network', () => {
  const reservations = new Reservations();
  const networks = Array.from({ length: 20 }, () => reservations.network());
  expect(new Set(networks).size).toBe(20);
  expect(networks[0]).toMatch(/^127\.\d+\.\d+\.$/);
  reservations.release();
});

test('what a dead process held is free again', async () => {
  // Held by a process that cannot be there: pids end at 2^22.
  const reservations = new Reservations();
  const port = await reservations.port('127.0.0.1');
  reservations.release();
  // Another process may remove the folder while it is empty.
  await eventually(() => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `port-${port}`), '99999999');
  });
  const taken = new Reservations();
  const random = Math.random;
  // The middle of what comes to this port, whichever way it is rounded.
  Math.random = () => (port - 20_000 + 0.5) / 12_000;
  try {
    expect(await taken.port('127.0.0.1')).toBe(port);
  } finally {
    Math.random = random;
    taken.release();
  }
});
