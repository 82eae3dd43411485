import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const packages = fileURLToPath(new URL('../..', import.meta.url));

/** Tarballs of our packages, as they would be published. */
export async function pack() {
  const folder = await mkdtemp(join(tmpdir(), 'switchmaster-packed-'));
  const names = ['core', 'ioredis', 'node-redis', 'nestjs'];
  const tarballs = [];
  for (const name of names) {
    const manifest = JSON.parse(await readFile(join(packages, name, 'package.json'), 'utf8'));
    await readFile(join(packages, name, manifest.main)).catch(() => {
      throw new Error(`${manifest.name} has no ${manifest.main}: run "pnpm run build" first`);
    });
    const tarball = join(folder, `${name}.tgz`);
    await run('pnpm', ['pack', '--out', tarball], join(packages, name));
    tarballs.push(tarball);
  }
  return { folder, tarballs };
}

/** The application in a fresh folder, with Nest and the rest of it from the registry, compiled. */
export async function install(name, tarballs) {
  const folder = await mkdtemp(join(tmpdir(), `switchmaster-${name}-`));
  await cp(join(here, name), folder, { recursive: true });
  await cp(join(here, 'application/src'), join(folder, 'src'), { recursive: true });
  await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs], folder);
  await run('node', ['node_modules/typescript/bin/tsc'], folder);
  return folder;
}

/** Runs a program, and tells what it wrote if it fails. */
export async function run(command, args, cwd) {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}\n${output}`);
  return output;
}
