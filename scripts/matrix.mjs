// pnpm matrix [--node 20,22] [--server redis-8.0,valkey-9.1,/path/to/redis-server] [files…]
//
// Plays the tests with each version of Node, and with each server, and prints which passed. All tests with each
// Node; with each server those that talk to one. What is not named is what the machine has.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { ensureRedis } from './ensure-redis.mjs';
import { findNode } from './matrix/nodes.mjs';
import { debianServer, debianServers } from './matrix/servers.mjs';

/** The tests in which a server's version can matter. */
const ON_SERVERS = [
  'packages/core/test',
  'packages/testing/src/cluster',
  'conformance',
  'packages/cache-manager/test',
  'packages/cli/test/doctor',
  'packages/cli/test/switchover',
];

const list = (text) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
const command = new Command('matrix')
  .description('Plays the tests with other versions of Node, and with other servers.')
  .argument('[files...]', 'some of the tests only')
  .option('--node <majors>', 'versions of Node', list, ['20', '22', '24', '26'])
  .option('--server <servers>', `${debianServers.join(', ')}, or paths; none: ''`, list, debianServers)
  .parse();
const named = command.args;
const values = command.opts();

const own = await ensureRedis();
const cells = [
  ...values.node.map((major) => ({ node: major, server: own, files: named })),
  ...values.server.map((server) => ({
    node: process.versions.node.split('.')[0],
    server,
    files: named.length > 0 ? named : ON_SERVERS,
  })),
];
let failed = 0;
for (const cell of cells) {
  const line = play(cell);
  failed += line.ok ? 0 : 1;
  process.stdout.write(
    `${line.ok ? 'ok    ' : 'FAILED'}  Node ${line.node}  ${line.server}  ${line.tests}\n`,
  );
}
process.exitCode = failed > 0 ? 1 : 0;

/** One version of Node and one server. */
function play({ node, server, files }) {
  const work = mkdtempSync(join(tmpdir(), 'switchmaster-matrix-'));
  const report = join(work, 'report.json');
  try {
    const program = findNode(node);
    const path = server.includes('/') ? server : debianServer(server);
    const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
    const { status } = spawnSync(program, ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...files], {
      env: { ...process.env, REDIS_SERVER: path, CI: 'true' },
      stdio: ['ignore', process.stderr.fd, process.stderr.fd],
      timeout: 45 * 60_000,
    });
    const { numPassedTests, numTotalTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
    const tests = `${numPassedTests} of ${numTotalTests} tests${skipped}`;
    return {
      ok: status === 0,
      node: versionOf(program, ['--version']),
      server: versionOf(path, ['--version']),
      tests,
    };
  } catch (error) {
    return { ok: false, node, server, tests: error.message.split('\n', 1)[0] };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function versionOf(program, args) {
  const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return /(?:Redis|Valkey) server v=\S+|v[\d.]+/.exec(stdout)?.[0].replace(' server v=', ' ') ?? program;
}
