import { type ChildProcess, spawn } from 'node:child_process';

// Keeps the last line it was told. When its input ends, because we closed it or because we are dead, it kills what
// that line names and removes the folder.
const script = 'pids=; while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -9 $pids; rm -rf "$1"';

/**
 * Kills the servers and removes their folder when this process dies, however it dies: by `kill -9`, by Ctrl-C, in a
 * crash. It is a shell that waits for the end of its input, which the system closes in every case.
 */
export class ProcessGuard {
  readonly #shell: ChildProcess;
  readonly #pids = new Set<number>();

  constructor(folder: string) {
    // Detached: a Ctrl-C in the terminal must not end the guard before it has done its work.
    this.#shell = spawn('/bin/sh', ['-c', script, 'sh', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#shell.on('error', () => {});
    this.#shell.stdin?.on('error', () => {});
    this.#shell.unref();
    (this.#shell.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }

  add(pid: number): void {
    this.#pids.add(pid);
    this.#tell();
  }

  /** A process that has ended: its pid may go to somebody else. */
  remove(pid: number): void {
    this.#pids.delete(pid);
    this.#tell();
  }

  /** Ends the guard, which kills what is left. Resolves when it is gone. */
  close(): Promise<void> {
    if (this.#shell.exitCode !== null || this.#shell.pid === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#shell.ref();
      this.#shell.once('exit', () => resolve());
      this.#shell.stdin?.end();
    });
  }

  #tell(): void {
    this.#shell.stdin?.write(`${[...this.#pids].join(' ')}\n`);
  }
}
