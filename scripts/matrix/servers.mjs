// Redis and Valkey, in other versions than this machine's own: the packages of other Debian releases, each unpacked
// into node_modules/.cache with the libraries that it was built with.

import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CACHE, libraryFolders, privateLists, run } from '../ensure-redis.mjs';

/** What Debian has, by the name that the matrix gives it. */
const PACKAGES = {
  'valkey-8.0': { release: 'bookworm-backports', libraries: 'bookworm', name: 'valkey-server' },
  'redis-8.0': { release: 'trixie', name: 'redis-server' },
  'valkey-8.1': { release: 'trixie', name: 'valkey-server' },
  'valkey-9.1': { release: 'sid', name: 'valkey-server' },
};

export const debianServers = Object.keys(PACKAGES);

/** The path of a server of Debian's, downloaded first where it is not there yet. */
export function debianServer(which) {
  const wanted = PACKAGES[which];
  const folder = join(CACHE, which);
  const program = join(folder, 'server');
  if (existsSync(program)) return program;
  const root = join(folder, 'root');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  for (const file of download(wanted, folder)) {
    run('dpkg', ['-x', join(folder, file), root]);
    rmSync(join(folder, file));
  }
  rmSync(join(folder, 'apt'), { recursive: true, force: true });
  writeFileSync(program, startScript(wanted, folder, root));
  chmodSync(program, 0o755);
  run(program, ['--version']);
  return program;
}

/** Downloads a package and everything that it needs, since this machine's own libraries may be older. */
function download({ release, libraries, name }, folder) {
  const apt = privateLists(join(folder, 'apt'));
  const sources = join(folder, 'apt', 'sources.list');
  // The packages are unpacked and not installed, so the key of a newer release is not asked for.
  const releases = [release, libraries].filter(Boolean);
  writeFileSync(sources, releases.map((one) => `deb [trusted=yes] ${mirror()} ${one} main\n`).join(''));
  const empty = join(folder, 'apt', 'status');
  writeFileSync(empty, '');
  const own = [
    '-o',
    `Dir::Etc::sourcelist=${sources}`,
    '-o',
    'Dir::Etc::sourceparts=-',
    '-o',
    `Dir::State::status=${empty}`,
  ];
  run('apt-get', [...apt, ...own, '-qq', 'update']);
  const target = ['-t', release, '--no-install-recommends'];
  const plan = run('apt-get', [...apt, ...own, ...target, '-s', 'install', name]);
  const needed = plan.split('\n').flatMap((line) => {
    const [, found] = /^Inst (\S+)/.exec(line) ?? [];
    return found && (found === name || /^(lib|redis-tools|valkey-tools)/.test(found)) ? [found] : [];
  });
  run('apt-get', [...apt, ...own, '-t', release, '-qq', 'download', ...needed], { cwd: folder });
  return readdirSync(folder).filter((file) => file.endsWith('.deb'));
}

/** Where this machine has its packages from. */
function mirror() {
  const targets = run('apt-get', ['indextargets', '--format', '$(LABEL) $(SITE)']).split('\n');
  const site = targets.find((line) => line.startsWith('Debian '))?.split(' ')[1];
  if (!site) throw new Error('only a Debian machine has these: give the path of a server instead');
  return site;
}

/** Starts the server with its own loader and C library. */
function startScript({ name }, folder, root) {
  const paths = [...new Set(libraryFolders(root))].map((path) => `$here/${relative(folder, path)}`);
  const loader = paths
    .map((path) => path.replace('$here', folder))
    .flatMap((path) => readdirSync(path).map((file) => join(path, file)))
    .find((file) => /\/ld-linux[^/]*\.so\.\d+$/.test(file));
  if (!loader) throw new Error(`${name}: there is no loader among its libraries`);
  return [
    '#!/bin/sh',
    'here=$(dirname "$(readlink -f "$0")")',
    `exec "$here/${relative(folder, loader)}" --library-path "${paths.join(':')}" "$here/root/usr/bin/${name}" "$@"`,
    '',
  ].join('\n');
}
