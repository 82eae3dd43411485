import type { LoggerService } from '@nestjs/common';

type Level = 'log' | 'warn' | 'error';

interface Line {
  readonly at: number;
  readonly left: number;
}

/** Writes the first line of a kind at once, and then one each ten seconds at most that says how many it stands for. */
export class RateLimitedLogger {
  readonly #logger: Pick<LoggerService, Level> | undefined;
  readonly #intervalMs: number;
  readonly #now: () => number;
  readonly #last = new Map<string, Line>();

  /** @param logger `undefined` for silence */
  constructor(
    logger: Pick<LoggerService, Level> | undefined,
    intervalMs = 10_000,
    now: () => number = () => performance.now(),
  ) {
    this.#logger = logger;
    this.#intervalMs = intervalMs;
    this.#now = now;
  }

  /** A line that is never left out. */
  write(level: Level, message: string): void {
    this.#logger?.[level](message);
  }

  /** A line of which there may be many: those of one `kind` are limited together. */
  limited(level: Level, kind: string, message: string): void {
    const last = this.#last.get(kind);
    if (last && this.#now() - last.at < this.#intervalMs) {
      this.#last.set(kind, { at: last.at, left: last.left + 1 });
      return;
    }
    this.#last.set(kind, { at: this.#now(), left: 0 });
    const more = last && last.left > 0 ? ` (${last.left} more like it since the last one)` : '';
    this.write(level, message + more);
  }
}
