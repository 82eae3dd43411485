import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { selfSignedCertificate } from '@switchmaster/testing';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addConnectionOptions,
  type ConnectionOptions,
  readConnectionOptions,
} from '../src/connection-options.ts';
import type { Context } from '../src/context.ts';
import { aContext } from './program.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchmaster-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | object): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** What is read of these flags, without a config file that happens to be near. */
async function read(
  flags: readonly string[],
  env: Context['env'] = {},
  stdin?: string,
): Promise<ConnectionOptions> {
  const command = addConnectionOptions(new Command()).exitOverride();
  command.parse(flags, { from: 'user' });
  const { context } = aContext({ env, ...(stdin !== undefined && { stdin: Readable.from([stdin]) }) });
  return await readConnectionOptions(command, context);
}

const least = ['-s', 's1:26379,s2', '-n', 'mymaster'];

describe('where the deployment is', () => {
  it.each<[string, string[], Record<string, string>, string[] | string, string]>([
    ['flags', least, {}, ['s1:26379', 's2'], 'mymaster'],
    ['repeated flags', ['-s', 's1', '--sentinel', '[::1]:5', '--name', 'm'], {}, ['s1', '[::1]:5'], 'm'],
    ['a URL', ['-u', 'redis+sentinel://s1,s2/m'], {}, 'redis+sentinel://s1,s2/m', 'm'],
    ['the environment', [], { SWITCHMASTER_SENTINELS: 's1, s2', SWITCHMASTER_NAME: 'm' }, ['s1', 's2'], 'm'],
    [
      'a URL in the environment',
      [],
      { SWITCHMASTER_URL: 'redis+sentinel://s1/m' },
      'redis+sentinel://s1/m',
      'm',
    ],
    [
      'flags before the environment',
      least,
      { SWITCHMASTER_URL: 'redis+sentinel://s9/mymaster' },
      ['s1:26379', 's2'],
      'mymaster',
    ],
  ])('%s', async (_, flags, env, sentinels, name) => {
    expect(await read(flags, env)).toMatchObject({ sentinels, name });
  });

  it('flags go before the environment, and that before the file', async () => {
    const config = await file('all.json', {
      ...{ name: 'of-file', sentinels: ['s9'], timeoutMs: 900 },
      ...{ sentinel: { username: 'of-file', password: 'p' }, node: { username: 'of-file', password: 'p' } },
    });
    const env = {
      SWITCHMASTER_CONFIG: config,
      SWITCHMASTER_NODE_USERNAME: 'of-env',
      SWITCHMASTER_TIMEOUT_MS: '800',
    };
    const options = await read(['--timeout-ms', '700', '-n', 'of-flag'], env);
    expect(options).toMatchObject({
      ...{ name: 'of-flag', sentinels: ['s9'], connectTimeoutMs: 700, commandTimeoutMs: 700 },
      ...{ sentinel: { username: 'of-file' }, node: { username: 'of-env', password: 'p' } },
    });
  });

  it('the dialled address of an announced one', async () => {
    const config = await file('map.json', { mapAddress: { '10.0.0.1:6379': 'localhost:7001' } });
    const { mapAddress } = await read([
      ...least,
      '-c',
      config,
      '--map-address',
      '10.0.0.2:6379=localhost:7002',
    ]);
    expect([1, 2, 3].map((i) => mapAddress({ host: `10.0.0.${i}`, port: 6379 }).port)).toEqual([
      7001, 7002, 6379,
    ]);
  });
});

describe('how to get in', () => {
  it('passwords come from files, from lines of stdin and from the environment', async () => {
    const path = await file('password', 'from file\n');
    const env = { SWITCHMASTER_SENTINEL_PASSWORD: 'from env', SWITCHMASTER_NODE_PASSWORD: 'from env' };
    const one = await read([...least, '--node-password-file', path], env);
    expect([one.sentinel.password, one.node.password]).toEqual(['from env', 'from file']);
    const both = ['--sentinel-password-file', '-', '--node-password-file', '-'];
    const two = await read([...least, ...both], env, 'first\nsecond\n');
    expect([two.sentinel.password, two.node.password]).toEqual(['first', 'second']);
  });

  it('TLS is on where it is asked for, or anything of it is given', async () => {
    const { cert, key } = selfSignedCertificate();
    const [ca, keyFile] = [await file('ca.pem', cert), await file('key.pem', key)];
    const flags = ['--sentinel-tls', '--node-ca', ca, '--node-cert', ca, '--node-key', keyFile];
    const options = await read([...least, ...flags, '--node-servername', 'redis.example']);
    expect(options.sentinel.tls).toEqual({});
    expect(options.node.tls).toEqual({ ca: cert, cert, key, servername: 'redis.example' });
    expect((await read(least)).node.tls).toBe(false);
    expect((await read(least, { SWITCHMASTER_NODE_TLS: '1' })).node.tls).toEqual({});
  });

  it('files that a config file names lie beside it', async () => {
    await file('beside.txt', 'secret');
    const config = await file('relative.json', { node: { passwordFile: 'beside.txt' } });
    expect((await read([...least, '--config', config])).node.password).toBe('secret');
  });
});

describe('what is wrong is told at once, and where it was given', () => {
  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['nothing', [], {}, /where the sentinels are: --sentinel/],
    ['no name', ['-s', 's1'], {}, /the master's name: --name/],
    ['both', [...least, '-u', 'redis+sentinel://s1/m'], {}, /got both/],
    ['a port', ['-s', 's1:99999', '-n', 'm'], {}, /65535, got 99999/],
    ['a duration', [...least, '--timeout-ms', 'soon'], {}, /^--timeout-ms: expected .* 'soon'/],
    [
      'a duration in the environment',
      least,
      { SWITCHMASTER_TIMEOUT_MS: '0' },
      /^SWITCHMASTER_TIMEOUT_MS: expected/,
    ],
    ['a switch', least, { SWITCHMASTER_NODE_TLS: 'maybe' }, /^SWITCHMASTER_NODE_TLS: expected 1 or 0/],
    ['a mapping', [...least, '--map-address', 'a:1'], {}, /^--map-address: expected announced=dialled/],
    ['a file that is not there', [...least, '--node-ca', '/nowhere'], {}, /^--node-ca: cannot read/],
    ['a config file that is not there', [...least, '-c', '/nowhere.json'], {}, /^\/nowhere\.json: /],
  ])('%s', async (_, flags, env, message) => {
    await expect(read(flags, env)).rejects.toThrow(message);
    await expect(read(flags, env)).rejects.toMatchObject({ name: 'UsageError' });
  });

  const broken = { SWITCHMASTER_NODE_USERNAME: 'app' };
  it.each<[string, string[], Record<string, string>, object, string]>([
    ['a sentinel', ['-s', 's1,s2:99999', '-n', 'm'], {}, {}, '--sentinel: expected a port'],
    [
      'a sentinel',
      ['-n', 'm'],
      { SWITCHMASTER_SENTINELS: 's1:0' },
      {},
      'SWITCHMASTER_SENTINELS: expected a port',
    ],
    ['a sentinel', ['-n', 'm'], {}, { sentinels: ['s1', 's 2'] }, '$FILE: `sentinels`: expected host'],
    ['a URL', ['-u', 'redis://s1/m'], {}, {}, '--url: expected'],
    ['a URL', [], { SWITCHMASTER_URL: 'redis+sentinel://s1:x/m' }, {}, 'SWITCHMASTER_URL: expected host'],
    ['a URL', [], {}, { url: 's1' }, '$FILE: `url`: expected'],
    ['a URL without a name', ['-u', 'redis+sentinel://s1'], {}, {}, '--name, or the name in --url: expected'],
    ['a name', ['-s', 's1', '-n', 'a b'], {}, {}, '--name: expected'],
    [
      'two names',
      ['-u', 'redis+sentinel://s1/m'],
      {},
      { name: 'other' },
      "$FILE: `name`: expected the same as in the URL in --url, 'm', got 'other'",
    ],
    [
      'a user without a password',
      [...least, '--node-username', 'app'],
      {},
      {},
      '--node-password-file or SWITCHMASTER_NODE_PASSWORD: expected a string, as --node-username is given',
    ],
    ['a user without a password', least, broken, {}, 'as SWITCHMASTER_NODE_USERNAME is given'],
    [
      'a user without a password',
      least,
      {},
      { sentinel: { username: 'app' } },
      '--sentinel-password-file or SWITCHMASTER_SENTINEL_PASSWORD: expected a string, as $FILE: `sentinel.username`',
    ],
    ['a certificate', [...least, '--node-cert', '$FILE'], {}, {}, '--node-cert: expected options'],
    [
      'a certificate',
      [...least, '--node-cert', '$FILE'],
      { SWITCHMASTER_NODE_KEY: '$FILE' },
      {},
      '--node-cert, SWITCHMASTER_NODE_KEY: expected options',
    ],
    ['a file', least, { SWITCHMASTER_NODE_CA: '/nowhere' }, {}, 'SWITCHMASTER_NODE_CA: cannot read the file'],
    ['a file', least, {}, { node: { key: '/nowhere' } }, '$FILE: `node.key`: cannot read the file'],
    [
      'a password file',
      least,
      { SWITCHMASTER_SENTINEL_PASSWORD_FILE: '/dev/null' },
      {},
      'SWITCHMASTER_SENTINEL_PASSWORD_FILE: expected a password',
    ],
    ['a duration', [...least, '--timeout-ms', '99999999999'], {}, {}, '--timeout-ms: expected a duration'],
    [
      'a duration',
      least,
      { SWITCHMASTER_TIMEOUT_MS: '99999999999' },
      {},
      'SWITCHMASTER_TIMEOUT_MS: expected',
    ],
    ['a mapping', [...least, '--map-address', 'a=b:x'], {}, {}, '--map-address: expected host'],
    [
      'a mapping',
      least,
      { SWITCHMASTER_MAP_ADDRESS: 'a=b:0' },
      {},
      'SWITCHMASTER_MAP_ADDRESS: expected a port',
    ],
    [
      'one mapping of two',
      [...least, '--map-address', 'c=d'],
      {},
      { mapAddress: { a: 'b:0' } },
      '$FILE: `mapAddress`: expected a port',
    ],
  ])('%s, given with %j, %j and a config file with %j', async (_, flags, env, config, message) => {
    const path = await file('given.json', config);
    const named = (text: string): string => text.replaceAll('$FILE', path);
    const given = Object.entries({ ...env, SWITCHMASTER_CONFIG: path });
    const reading = read(
      flags.map(named),
      Object.fromEntries(given.map(([key, value]) => [key, named(value)])),
    );
    await expect(reading).rejects.toThrow(named(message));
    await expect(reading).rejects.toMatchObject({ name: 'UsageError' });
  });

  it.each<[object, RegExp]>([
    [{ nmae: 'm' }, /`nmae`: expected one of name, url/],
    [{ name: 1 }, /`name`: expected a text/],
    [{ sentinels: 's1' }, /`sentinels`: expected a list/],
    [{ node: { tls: 'yes' } }, /`node.tls`: expected true or false/],
    [{ node: { pass: 'x' } }, /`node.pass`: expected one of username, password/],
    [{ timeoutMs: -1 }, /`timeoutMs`: expected a whole number/],
  ])('a config file with %j', async (content, message) => {
    const config = await file('wrong.json', content);
    await expect(read([...least, '-c', config])).rejects.toThrow(message);
  });

  it('a password that is no text is not shown', async () => {
    const config = await file('secret.json', { node: { password: ['hunter2'] } });
    await expect(read([...least, '-c', config])).rejects.toThrow(
      /^(?!.*hunter2).*`node.password`: expected a text$/,
    );
  });

  it('a password from a terminal would be seen', async () => {
    const command = addConnectionOptions(new Command());
    command.parse([...least, '--node-password-file', '-'], { from: 'user' });
    const { context } = aContext({ stdin: Object.assign(Readable.from([]), { isTTY: true }) });
    await expect(readConnectionOptions(command, context)).rejects.toThrow('got a terminal');
  });
});
