import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** The application as a process of its own, and what comes back from it over HTTP. */
export class ApplicationProcess {
  output = '';
  bootMs = 0;
  #child;
  #url = '';

  static async start(folder, env, deadlineMs) {
    const application = new ApplicationProcess();
    await application.#start(folder, env, deadlineMs);
    return application;
  }

  async #start(folder, env, deadlineMs) {
    const startedAt = performance.now();
    this.#child = spawn(process.execPath, ['dist/main.js'], {
      cwd: folder,
      env: { ...process.env, ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.stdout.on('data', (chunk) => (this.output += chunk));
    this.#child.stderr.on('data', (chunk) => (this.output += chunk));
    const ready = once(this.#child, 'message').then(([port]) => port);
    const port = await Promise.race([ready, once(this.#child, 'exit').then(() => 0), late(deadlineMs)]);
    this.bootMs = performance.now() - startedAt;
    if (!port) {
      this.#child.kill('SIGKILL');
      throw new Error(`the application did not start\n${this.output}`);
    }
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** Status, body and duration of a request; a status of 0 if there was no answer in time. */
  async request(method, path, deadlineMs = 5000) {
    const startedAt = performance.now();
    const answer = await this.#fetch(method, path, deadlineMs);
    return { ...answer, tookMs: performance.now() - startedAt };
  }

  async #fetch(method, path, deadlineMs) {
    try {
      const response = await fetch(this.#url + path, { method, signal: AbortSignal.timeout(deadlineMs) });
      return { status: response.status, body: await response.json() };
    } catch (error) {
      return { status: 0, body: String(error) };
    }
  }

  get isRunning() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** `SIGTERM`, as an orchestrator does it. How long the process took to end well, or `Infinity`. */
  async stop(deadlineMs) {
    const startedAt = performance.now();
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const [code, signal] = (await Promise.race([exited, late(deadlineMs)])) ?? [];
    return code === 0 || signal === 'SIGTERM' ? performance.now() - startedAt : Infinity;
  }

  kill() {
    this.#child?.kill('SIGKILL');
  }
}

function late(ms) {
  return sleep(ms, undefined, { ref: false });
}
