import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

// Below the ranges that Linux (32768–60999) and macOS (49152–65535) hand out by themselves: a port of a killed server
// must still be free when that server comes back.
const firstPort = 20_000;
const lastPort = 31_999;
const tries = 200;

/**
 * Ports and loopback addresses that no other cluster of this machine uses, in this process or another one, until they
 * are released. A reservation outlives the server that listens there: otherwise the port of a killed node could go to
 * a stranger, and the sentinels that still watch it would reconfigure the stranger.
 */
export class Reservations {
  readonly #folder: string = join(tmpdir(), `switchmaster-reserved-${userInfo().uid}`);
  readonly #held = new Set<string>();

  /** Reserves a port on which nobody listens at any of `hosts`. */
  async port(...hosts: readonly string[]): Promise<number> {
    for (let i = 0; i < tries; i++) {
      const port = random(firstPort, lastPort);
      const name = `port-${port}`;
      if (!this.#hold(name)) continue;
      const free = await Promise.all(hosts.map((host) => isFree(host, port)));
      if (free.every(Boolean)) return port;
      this.#drop(name);
    }
    throw new Error(`No free port was found between ${firstPort} and ${lastPort} in ${tries} tries.`);
  }

  /** Reserves 254 loopback addresses and returns what they begin with, such as `127.31.7.` */
  network(): string {
    for (let i = 0; i < tries; i++) {
      const name = `127.${random(1, 254)}.${random(0, 254)}.`;
      if (this.#hold(name)) return name;
    }
    throw new Error(`No free loopback network was found in ${tries} tries.`);
  }

  /** Gives everything back. */
  release(): void {
    for (const name of this.#held) this.#drop(name);
    try {
      for (const name of readdirSync(this.#folder)) if (isStale(join(this.#folder, name))) this.#drop(name);
      rmdirSync(this.#folder);
    } catch {
      // Other clusters hold something there, or another one was faster.
    }
  }

  #hold(name: string): boolean {
    mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, name);
    if (!existsSync(path) || isStale(path)) {
      rmSync(path, { force: true });
      try {
        writeFileSync(path, String(process.pid), { flag: 'wx' });
        this.#held.add(name);
        return true;
      } catch (error) {
        // Another one was faster: in holding the same, or in removing the folder that was empty.
        if (!/^(EEXIST|ENOENT)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    }
    return false;
  }

  #drop(name: string): void {
    rmSync(join(this.#folder, name), { force: true });
    this.#held.delete(name);
  }
}

function random(low: number, high: number): number {
  return low + Math.floor(Math.random() * (high - low + 1));
}

function isStale(path: string): boolean {
  try {
    process.kill(Number(readFileSync(path, 'utf8')), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
