import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serverBinary } from './server-binary.ts';

describe('serverBinary', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'server-binary-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function executable(name: string): string {
    const path = join(folder, name);
    writeFileSync(path, '');
    chmodSync(path, 0o755);
    return path;
  }

  test('finds valkey-server on PATH', () => {
    const path = executable('valkey-server');
    expect(serverBinary({ PATH: `/nowhere${delimiter}${folder}` })).toBe(path);
  });

  test('prefers redis-server', () => {
    executable('valkey-server');
    const path = executable('redis-server');
    expect(serverBinary({ PATH: folder })).toBe(path);
  });

  test('obeys REDIS_SERVER', () => {
    executable('redis-server');
    const path = executable('my-own');
    expect(serverBinary({ PATH: folder, REDIS_SERVER: path })).toBe(path);
  });

  test('does not fall back when REDIS_SERVER is wrong', () => {
    executable('redis-server');
    const missing = join(folder, 'missing');
    expect(() => serverBinary({ PATH: folder, REDIS_SERVER: missing })).toThrow(
      `REDIS_SERVER is ${missing}, which is not an executable file.`,
    );
  });

  test('passes by what cannot be executed', () => {
    writeFileSync(join(folder, 'redis-server'), '', { mode: 0o644 });
    expect(() => serverBinary({ PATH: folder })).toThrow('No redis-server or valkey-server was found');
  });

  test('says how to get a server', () => {
    expect(() => serverBinary({ PATH: folder })).toThrow(
      /apt-get install redis-server[^]*brew install redis[^]*REDIS_SERVER/,
    );
  });
});
