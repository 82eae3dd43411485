import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['redis-server', 'valkey-server'];

const advice = `No redis-server or valkey-server was found.
  Debian, Ubuntu:  sudo apt-get install redis-server   (or valkey-server)
  Fedora:          sudo dnf install valkey
  macOS:           brew install redis                  (or valkey)
  elsewhere:       set REDIS_SERVER to the path of the executable
Sentinels are the same executable in another mode: nothing else is needed.`;

/**
 * Finds the server executable: the one that `REDIS_SERVER` names, else `redis-server` or `valkey-server` on `PATH`.
 * Nothing is ever installed or downloaded.
 *
 * @param env Where to look. Default: `process.env`.
 * @returns the path of the executable
 * @throws with advice on how to get a server when there is none
 *
 * @example
 * ```ts
 * const path = serverBinary(); // '/usr/bin/redis-server'
 * ```
 */
export function serverBinary(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['REDIS_SERVER'];
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`REDIS_SERVER is ${named}, which is not an executable file.`);
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found === undefined) throw new Error(advice);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
