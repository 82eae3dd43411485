// pnpm test:browser [--screenshots] [vitest's arguments]: the example's page in a real Chromium. With --screenshots the
// pictures of its README are taken anew.

import { ensureChromium } from './ensure-chromium.mjs';
import { environmentWithRedis } from './ensure-redis.mjs';
import { runNode } from './run.mjs';

try {
  const args = process.argv.slice(2).filter((argument) => argument !== '--screenshots');
  const screenshots = args.length < process.argv.length - 2 ? { SCREENSHOTS: '1' } : {};
  const env = { ...(await environmentWithRedis()), CHROMIUM_PATH: ensureChromium(), ...screenshots };
  runNode(['node_modules/vitest/vitest.mjs', 'run', '--root=apps/example/browser', ...args], env);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
