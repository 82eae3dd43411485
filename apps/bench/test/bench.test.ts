import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Results } from '../src/results.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const program = ['--conditions=@switchmaster/source', '--import=tsx', 'apps/bench/src/main.ts'];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchmaster-bench-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function bench(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...program, ...args], { cwd: root });
  return stdout;
}

test('two clients through all sentinels dead: a table, and the same as JSON', async () => {
  const json = join(folder, 'results.json');
  const chosen = ['switchmaster-ioredis6', 'oracle-promotion'];
  const stdout = await bench('--scenario', 'S6', '--client', chosen.join(','), '--runs', '1', '--json', json);

  const { machine, sections } = JSON.parse(readFileSync(json, 'utf8')) as Results;
  expect(machine.versions).toMatchObject({
    node: process.versions.node,
    ioredis: expect.any(String) as string,
  });
  expect(sections.faults?.map(({ scenario, variant }) => [scenario, variant])).toEqual([
    ['S6', 'serial'],
    ['S6', 'pipelined'],
  ]);
  for (const { clients } of sections.faults ?? []) {
    expect(clients.map(({ client }) => client)).toEqual(chosen);
    for (const { client, runs, apart } of clients) {
      expect(stdout).toContain(client);
      // A busy machine does not make it another result, only one that is kept apart.
      const [run] = [...runs, ...apart];
      expect(run?.figures).toMatchObject({ lost: 0, failed: 0, hung: 0 });
      expect(run?.figures['acked']).toBeGreaterThan(0);
      expect(run?.figures['outage']).toBeGreaterThan(0);
    }
  }
});
