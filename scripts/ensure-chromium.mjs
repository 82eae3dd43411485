// Finds a Chromium for this repository's own scripts, and installs the distribution's where there is none.
//
//   node scripts/ensure-chromium.mjs           one line that says what was found or done
//   node scripts/ensure-chromium.mjs --print   the path of the browser, alone on stdout

import { spawnSync } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MANUAL = 'put chromium on PATH, or its path in CHROMIUM_PATH, and run this again';

const say = (line) => process.stderr.write(`ensure-chromium: ${line}\n`);

/** The path of a browser to run, installed first where there was none. */
export function ensureChromium() {
  const path = findChromium()?.path ?? installWithApt();
  if (path) return path;
  throw new Error(`there is no Chromium here and no way known to get one: ${MANUAL}`);
}

function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (isExecutable(named)) return { path: named, where: 'CHROMIUM_PATH' };
    throw new Error(`CHROMIUM_PATH is ${named}, which is not an executable file: correct it or unset it`);
  }
  const path = BROWSERS.map(onPath).find(Boolean);
  return path ? { path, where: 'PATH' } : undefined;
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

/** As root, or where sudo asks for no password: the package of Debian and those that descend from it. */
function installWithApt() {
  if (process.platform !== 'linux' || !onPath('apt-get')) return undefined;
  const isRoot = process.getuid?.() === 0;
  const sudo = isRoot ? [] : ['sudo', '-n'];
  if (!isRoot && !(onPath('sudo') && run('sudo', '-n', 'true'))) {
    throw new Error(
      `Chromium is missing, and only root may install it (apt-get install chromium): ${MANUAL}`,
    );
  }

  say('installing the package chromium with apt-get');
  const apt = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
  const done = run(...apt, 'update') && run(...apt, '-y', '--no-install-recommends', 'install', 'chromium');
  if (!done) throw new Error(`apt-get could not install chromium: ${MANUAL}`);
  return onPath('chromium');
}

/** Shows the command's output when it fails. */
function run(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  if (status === 0) return true;
  say(
    `${[command, ...args].join(' ')}: ${error?.message ?? `exit code ${status}`}\n${stdout ?? ''}${stderr ?? ''}`,
  );
  return false;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const before = findChromium();
    const path = before?.path ?? ensureChromium();
    if (process.argv.includes('--print')) process.stdout.write(`${path}\n`);
    else say(before ? `using ${path} (from ${before.where})` : `using ${path}`);
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
