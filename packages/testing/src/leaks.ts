import { eventually, type WaitOptions } from './eventually.ts';

/** How many handles of each kind keep this process alive: `TCPSocketWrap`, `TCPServerWrap`, `Timeout`, … */
export type HandleCounts = Readonly<Record<string, number>>;

/**
 * Counts the handles that keep this process alive. Those that were `unref()`ed do not.
 *
 * @example
 * ```ts
 * const before = snapshotHandles();
 * await useAndClose();
 * await expectNoLeaks(before);
 * ```
 */
export function snapshotHandles(): HandleCounts {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/**
 * Waits until there are no more handles of any kind than in `before`.
 *
 * @throws when the time is up: the message names the kinds that are left over
 */
export async function expectNoLeaks(before: HandleCounts, options: WaitOptions = {}): Promise<void> {
  const check = (): void => {
    const left = Object.entries(snapshotHandles()).flatMap(([kind, count]) => {
      const more = count - (before[kind] ?? 0);
      return more > 0 ? [`${more} × ${kind}`] : [];
    });
    if (left.length > 0) throw new Error(`left over: ${left.join(', ')}`);
  };
  await eventually(check, { what: 'handles to be closed', ...options });
}
