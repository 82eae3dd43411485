import type { Answer, Order } from './jobs.ts';

/** Does what the other end of the IPC channel asks for, and ends with it. */
export function serve(jobs: object): void {
  const methods = jobs as Record<string, (task: unknown) => Promise<unknown>>;
  // A Ctrl-C reaches the whole process group. The benchmark decides when its processes end, and they end with it.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit());
  process.on('message', ({ job, task }: Order) => {
    const answer = (what: Answer): void => void process.send?.(what);
    const done = methods[job]?.(task) ?? Promise.reject(new Error(`there is no job '${job}'`));
    done.then(
      (result) => answer({ result }),
      (error: unknown) => answer({ failure: error instanceof Error ? error.message : String(error) }),
    );
  });
}
