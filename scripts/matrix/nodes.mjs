// Node, in other versions than the one that runs this.

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, run } from '../ensure-redis.mjs';

/** The newest Node of a major version: the running one where it is of that major, and from npm otherwise. */
export function findNode(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const folder = join(CACHE, `node-${major}`);
  const name = `node-${process.platform}-${process.arch}`;
  const path = join(folder, 'node_modules', name, 'bin', 'node');
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, `${name}@${major}`]);
  }
  return path;
}
