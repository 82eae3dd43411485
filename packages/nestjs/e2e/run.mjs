// pnpm --filter @switchmaster/nestjs e2e [nest-11|nest-12]: packs what was built, installs it with npm into fresh
// folders beside Nest 11 (CommonJS) and Nest 12 (ESM), and takes both applications through every fault with both
// clients. Needs a build, redis-server and the network. The last line says how many scenarios passed and failed.

import { rm } from 'node:fs/promises';
import { install, pack, run } from './install.mjs';
import { scenariosOf } from './scenarios.mjs';

const applications = process.argv.length > 2 ? process.argv.slice(2) : ['nest-11', 'nest-12'];
let passed = 0;
let failed = 0;

function print(line) {
  process.stdout.write(`${line}\n`);
}

async function attempt(name, work) {
  try {
    const result = await work();
    passed += 1;
    print(`ok     ${name}${result ? `: ${result}` : ''}`);
  } catch (error) {
    failed += 1;
    print(`FAILED ${name}: ${error.message}`);
  }
}

const { folder: packed, tarballs } = await pack();
try {
  for (const application of applications) {
    let folder;
    await attempt(`${application}: npm install and tsc`, async () => {
      folder = await install(application, tarballs);
    });
    if (!folder) continue;
    for (const library of ['ioredis', 'node-redis']) {
      for (const [name, play] of scenariosOf(folder, library))
        await attempt(`${application}, ${library}: ${name}`, play);
    }
    if (application === 'nest-11') {
      await attempt('nest-11: Jest', async () => {
        const output = await run('node', ['node_modules/jest/bin/jest.js', '--rootDir=dist', '--ci'], folder);
        return /Tests: .*/.exec(output)?.[0];
      });
    }
    await rm(folder, { recursive: true, force: true });
  }
} finally {
  await rm(packed, { recursive: true, force: true });
}
print(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
