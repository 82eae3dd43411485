import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** What a module of ours imports at run time, directly or by way of others of ours. */
async function imports(file: URL, seen = new Set<string>()): Promise<Set<string>> {
  const code = await readFile(file, 'utf8');
  for (const [, name = ''] of code.matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?'(.*?)';$/gm)) {
    if (seen.has(name)) continue;
    if (!name.startsWith('.')) seen.add(name);
    else await imports(new URL(name, file), seen);
  }
  return seen;
}

const nest = new Set(['@nestjs/common', '@nestjs/core', '@switchmaster/core']);

test.each([
  ['index', []],
  ['ioredis/index', ['@switchmaster/ioredis']],
  ['node-redis/index', ['@switchmaster/node-redis']],
  ['terminus/index', ['@nestjs/terminus']],
  ['microservices/index', ['@nestjs/microservices', '@switchmaster/ioredis']],
  ['testing/index', []],
])('%s imports no optional package but its own', async (entry, own) => {
  const found = await imports(new URL(`../src/${entry}.ts`, import.meta.url));
  const foreign = [...found].filter((name) => !name.startsWith('node:') && !nest.has(name));
  expect(foreign.sort()).toEqual(own);
});
