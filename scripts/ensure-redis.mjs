// Finds a redis-server (or valkey-server) for this repository's own scripts, and gets one where there is none.
//
//   node scripts/ensure-redis.mjs           one line that says what was found or done
//   node scripts/ensure-redis.mjs --print   the path of the server, alone on stdout

import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVERS = ['redis-server', 'valkey-server'];
export const CACHE = fileURLToPath(new URL('../node_modules/.cache/switchmaster/', import.meta.url));
const UNPACKED = join(CACHE, 'redis/redis-server');
const POLICY = '/usr/sbin/policy-rc.d';
const MANUAL = 'put redis-server or valkey-server on PATH, or its path in REDIS_SERVER, and run this again';

const say = (line) => process.stderr.write(`ensure-redis: ${line}\n`);

/** The path of a server to run, installed or unpacked first where there was none. */
export async function ensureRedis() {
  const found = findRedis();
  if (found) return found.path;
  if (process.platform === 'linux' && onPath('apt-get')) return installWithApt() ?? unpackWithApt();
  if (process.platform === 'darwin' && onPath('brew')) return installWithBrew();
  throw new Error(`there is no redis-server here and no way known to get one: ${MANUAL}`);
}

/** `process.env`, with REDIS_SERVER where the server would not be found on PATH. */
export async function environmentWithRedis() {
  const path = await ensureRedis();
  return SERVERS.some(onPath) ? process.env : { ...process.env, REDIS_SERVER: path };
}

function findRedis() {
  const named = process.env.REDIS_SERVER;
  if (named) {
    const path = named.includes('/') ? (isExecutable(named) ? named : undefined) : onPath(named);
    if (path) return { path, where: 'REDIS_SERVER' };
    throw new Error(`REDIS_SERVER is ${named}, which is not an executable file: correct it or unset it`);
  }
  for (const name of SERVERS) {
    const path = onPath(name);
    if (path) return { path, where: 'PATH' };
  }
  return isExecutable(UNPACKED) ? { path: UNPACKED, where: 'the cache' } : undefined;
}

function onPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Runs a command, quietly. Its output is shown when it fails. */
export function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
    timeout: 300_000,
    ...options,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C', ...options.env },
  });
  if (status === 0) return stdout;
  const reason = error?.message ?? `exit code ${status}`;
  throw new Error(`${[command, ...args].join(' ')}: ${reason}\n${stdout ?? ''}${stderr ?? ''}`.trimEnd());
}

function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** As root, or where sudo asks for no password: the distribution's package, its service neither started nor enabled. */
function installWithApt() {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !(onPath('sudo') && succeeds('sudo', ['-n', 'true']))) return undefined;
  const asRoot = (command, ...args) => (isRoot ? run(command, args) : run('sudo', ['-n', command, ...args]));

  say('installing the package redis-server with apt-get (its service is not started)');
  // What invoke-rc.d asks before it starts a service: 101 is "no". A policy that is already there is left alone.
  const ownPolicy = !existsSync(POLICY);
  try {
    if (ownPolicy) asRoot('sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' > ${POLICY} && chmod 755 ${POLICY}`);
    const noPrompt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1'];
    asRoot(...noPrompt, 'apt-get', '-qq', 'update');
    asRoot(...noPrompt, 'apt-get', '-qq', '-y', '--no-install-recommends', 'install', 'redis-server');
    asRoot('sh', '-c', 'if command -v update-rc.d >/dev/null; then update-rc.d redis-server disable; fi');
  } catch (error) {
    say(`that failed, so it is unpacked for this repository instead (${error.message.split('\n', 1)[0]})`);
    return undefined;
  } finally {
    if (ownPolicy) asRoot('rm', '-f', POLICY);
  }
  return SERVERS.map(onPath).find(Boolean) ?? ['/usr/bin/redis-server'].find(isExecutable);
}

/** Without root: the packages' files under node_modules/.cache, with the libraries the machine lacks. */
function unpackWithApt() {
  say('unpacking the package redis-server into node_modules/.cache (nothing is installed)');
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'redis-'));
  try {
    let apt = [];
    let packages;
    try {
      packages = download(apt, work);
    } catch {
      // The machine has no package lists, or old ones: fetch our own.
      apt = privateLists(join(work, 'apt'));
      run('apt-get', [...apt, '-qq', 'update']);
      packages = download(apt, work);
    }
    for (const file of packages) run('dpkg', ['-x', join(work, file), join(work, 'root')]);
    for (const file of [...packages, 'apt']) rmSync(join(work, file), { recursive: true, force: true });

    const libraries = [...libraryFolders(join(work, 'root'))].map((path) => path.slice(work.length + 1));
    const script = ['#!/bin/sh', 'here=$(dirname "$(readlink -f "$0")")'];
    if (libraries.length > 0) {
      const path = libraries.map((folder) => `$here/${folder}`).join(':');
      script.push(`export LD_LIBRARY_PATH="${path}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`);
    }
    script.push('exec "$here/root/usr/bin/redis-server" "$@"', '');
    const wrapper = join(work, 'redis-server');
    writeFileSync(wrapper, script.join('\n'));
    chmodSync(wrapper, 0o755);
    if (!run(wrapper, ['--version']).includes('server')) throw new Error(`${wrapper} is not a server`);

    // Another run may have been faster.
    if (isExecutable(UNPACKED)) return UNPACKED;
    const target = dirname(UNPACKED);
    rmSync(target, { recursive: true, force: true });
    renameSync(work, target);
    return UNPACKED;
  } catch (error) {
    throw new Error(`redis-server could not be unpacked: ${MANUAL}\n${error.message}`, { cause: error });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Downloads the server's packages and those it needs that the machine does not have. Returns the file names. */
function download(apt, folder) {
  const plan = run('apt-get', [...apt, '-s', '--no-install-recommends', 'install', 'redis-server']);
  const missing = plan.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
  const names = new Set([...missing, 'redis-server', 'redis-tools']);
  run('apt-get', [...apt, '-qq', 'download', ...names], { cwd: folder });
  return readdirSync(folder).filter((name) => name.endsWith('.deb'));
}

export function privateLists(folder) {
  const lists = join(folder, 'lists');
  const archives = join(folder, 'cache');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  mkdirSync(join(archives, 'archives/partial'), { recursive: true });
  return ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${archives}`, '-o', 'APT::Sandbox::User='];
}

export function* libraryFolders(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  if (entries.some((entry) => /\.so(\.|$)/.test(entry.name))) yield folder;
  for (const entry of entries) if (entry.isDirectory()) yield* libraryFolders(join(folder, entry.name));
}

function installWithBrew() {
  say('installing redis with brew (its service is not started)');
  run('brew', ['install', 'redis']);
  const path = onPath('redis-server') ?? join(run('brew', ['--prefix', 'redis']).trim(), 'bin/redis-server');
  if (isExecutable(path)) return path;
  throw new Error(`brew installed redis, but ${path} is not there: ${MANUAL}`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const before = findRedis();
    const path = before?.path ?? (await ensureRedis());
    if (process.argv.includes('--print')) process.stdout.write(`${path}\n`);
    else say(before ? `using ${path} (from ${before.where})` : `using ${path}`);
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
