import { eventually, expectNoLeaks, snapshotHandles, until } from '@switchmaster/testing';
import { expect } from 'vitest';
import { startExample, type Example } from '../src/example.ts';
import type { LaneName, LaneState } from '../src/page/messages.ts';
import { PageClient } from '../src/soak/page-client.ts';

export const ourLanes: readonly LaneName[] = ['ioredis', 'node-redis', 'nestjs', 'cache-manager'];

/** An example that runs, and a page that looks at it. */
export interface Running extends AsyncDisposable {
  readonly example: Example;
  readonly page: PageClient;
}

/** When it is disposed of, it checks that nothing is left. */
export async function run(replicas: number): Promise<Running> {
  const before = snapshotHandles();
  const example = await startExample({ host: '127.0.0.1', port: 0, replicas, rate: 100, contrasts: false });
  const page = new PageClient(example.url);
  await until(() => page.topology?.settled, { timeoutMs: 30_000 });
  const dispose = async (): Promise<void> => {
    await page[Symbol.asyncDispose]();
    await example[Symbol.asyncDispose]();
    await expectNoLeaks(before, { timeoutMs: 10_000 });
  };
  return { example, page, [Symbol.asyncDispose]: dispose };
}

/** Our lanes as they are now. */
export async function ours(page: PageClient): Promise<LaneState[]> {
  const { lanes } = await page.state();
  return lanes.filter((lane) => lane.ours);
}

/** Presses a button that must work. */
export async function press(page: PageClient, fault: string): Promise<void> {
  expect(await page.post(`/api/faults/${fault}`)).toMatchObject({
    status: 200,
    body: { fault, state: 'done' },
  });
}

/** Resolves when every lane of ours has acknowledged some more. */
export async function goOn(page: PageClient): Promise<void> {
  const { lanes } = await page.state();
  const before = new Map(lanes.map(({ name, totals }) => [name, totals.acknowledged]));
  const more = (lane: LaneName): number =>
    (page.totals.get(lane)?.acknowledged ?? 0) - (before.get(lane) ?? 0);
  const check = (): void => expect(ourLanes.filter((lane) => more(lane) < 20)).toEqual([]);
  await eventually(check, { timeoutMs: 40_000 });
}
