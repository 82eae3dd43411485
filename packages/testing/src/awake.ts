import { monitorEventLoopDelay } from 'node:perf_hooks';

/** When {@link whileAwake} plays a trial again. */
export interface AwakeOptions {
  /** For how long the process may stand still, in milliseconds. Default: 40. */
  readonly stillMs?: number | undefined;
  /** How often to play at most. Default: 3. */
  readonly tries?: number | undefined;
  /** Whether standing still may explain a failure. Default: all of them. */
  readonly excuses?: ((error: unknown) => boolean) | undefined;
  /** Called before the trial is played again. */
  readonly onRepeat?: ((error: unknown, stoodStillMs: number) => void) | undefined;
}

/**
 * Plays a trial, and plays it again where it fails and this process stood still meanwhile. A replica is promoted
 * within some 60 ms from the first word of it, and a process that stands still for that long cannot be told in time:
 * on a machine that busy, the trial says nothing.
 *
 * @throws what the last try has thrown
 *
 * @example
 * ```ts
 * test('no write is lost', () =>
 *   whileAwake(async () => {
 *     await using cluster = await startCluster();
 *     // …
 *   }));
 * ```
 */
export async function whileAwake<T>(play: () => Promise<T>, options: AwakeOptions = {}): Promise<T> {
  const { stillMs = 40, tries = 3, excuses = () => true, onRepeat } = options;
  for (let triesLeft = tries; ;) {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    try {
      return await play();
    } catch (error) {
      const stoodStillMs = Math.round(delay.max / 1e6);
      if (stoodStillMs < stillMs || !excuses(error) || --triesLeft === 0) throw error;
      onRepeat?.(error, stoodStillMs);
    } finally {
      delay.disable();
    }
  }
}
