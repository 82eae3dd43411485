// Packs every publishable package and checks what is in the tarball: publint, attw, and a plain Node that imports
// and requires each of its entries. Build first.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WORK = join(ROOT, 'node_modules/.cache/switchmaster/packed');
const MODULES = join(WORK, 'node_modules');

const packages = readdirSync(join(ROOT, 'packages'))
  .map((folder) => join(ROOT, 'packages', folder))
  .filter((folder) => existsSync(join(folder, 'package.json')))
  .map((folder) => ({ folder, ...readJson(join(folder, 'package.json')) }))
  .filter((manifest) => !manifest.private);

rmSync(WORK, { recursive: true, force: true });
mkdirSync(MODULES, { recursive: true });

const failures = [];
for (const { folder, name } of packages) {
  if (!existsSync(join(folder, 'dist')))
    throw new Error(`${name} has no dist folder: run "pnpm run build" first`);
}

const tarballs = new Map(packages.map(({ folder, name }) => [name, pack(folder, name)]));
for (const { folder, name } of packages) unpack(tarballs.get(name), name, folder);

for (const { name } of packages) {
  const tarball = tarballs.get(name);
  check(name, 'publint', ['node_modules/publint/src/cli.js', tarball, '--strict']);
  const attw = 'node_modules/@arethetypeswrong/cli/dist/index.js';
  check(name, 'attw', [
    attw,
    tarball,
    '--profile',
    'node16',
    '--no-emoji',
    '--no-color',
    '--format',
    'ascii',
  ]);

  const installed = readJson(join(MODULES, name, 'package.json'));
  const text = JSON.stringify(installed);
  if (text.includes('workspace:') || text.includes('catalog:'))
    failures.push(`${name}: unresolved range in package.json`);
  if (JSON.stringify(installed.exports).includes('@switchmaster/source'))
    failures.push(`${name}: the source condition was published`);
  if (!existsSync(join(MODULES, name, 'LICENSE'))) failures.push(`${name}: no LICENSE in the tarball`);

  for (const entry of Object.keys(installed.exports).filter((key) => key !== './package.json')) {
    const specifier = name + entry.slice(1);
    check(
      name,
      `import ${specifier}`,
      ['--input-type=module', '-e', loading(`await import('${specifier}')`)],
      WORK,
    );
    check(
      name,
      `require ${specifier}`,
      ['--input-type=commonjs', '-e', loading(`require('${specifier}')`)],
      WORK,
    );
  }
  for (const [command, file] of Object.entries(installed.bin ?? {})) {
    check(name, `${command} --help`, [join(MODULES, name, file), '--help'], WORK);
  }
}

for (const failure of failures) console.error(`FAILED ${failure}`);
console.log(`${packages.length} packages checked, ${failures.length} problems`);
process.exitCode = failures.length === 0 ? 0 : 1;

function loading(expression) {
  return `if (Object.keys(${expression}).length === 0) throw new Error('it exports nothing')`;
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { ok: status === 0, output: `${error ? `${error.message}\n` : ''}${stdout ?? ''}${stderr ?? ''}` };
}

function mustRun(command, args, cwd) {
  const { ok, output } = run(command, args, cwd);
  if (!ok) throw new Error(`${[command, ...args].join(' ')} failed in ${cwd}\n${output}`);
}

function check(name, what, args, cwd = ROOT) {
  const { ok, output } = run(process.execPath, args, cwd);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}: ${what}`);
  if (ok) return;
  failures.push(`${name}: ${what}`);
  console.error(output);
}

function pack(folder, name) {
  const tarball = join(WORK, `${name.replace(/^@/, '').replace('/', '-')}.tgz`);
  mustRun('pnpm', ['pack', '--out', tarball], folder);
  return tarball;
}

/** Lays a tarball out as an installation would: ours beside each other, the rest from the package's own dependencies. */
function unpack(tarball, name, folder) {
  const target = join(MODULES, name);
  mkdirSync(target, { recursive: true });
  mustRun('tar', ['-xzf', tarball, '--strip-components=1', '-C', target], WORK);
  const { dependencies = {}, peerDependencies = {} } = readJson(join(target, 'package.json'));
  for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
    const source = join(folder, 'node_modules', dependency);
    if (packages.some((manifest) => manifest.name === dependency) || !existsSync(source)) continue;
    const link = join(target, 'node_modules', dependency);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(source, link);
  }
}
