import { eventually } from '@switchmaster/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, type Running } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await run(0);
});

afterAll(() => running[Symbol.asyncDispose]());

/** What a load balancer sees, and what a person reads who looks for the reason. */
async function health(): Promise<{ readonly code: number; readonly status: string; readonly redis: string }> {
  const response = await fetch(`${running.example.url}/health`);
  const { status, details } = (await response.json()) as {
    readonly status: string;
    readonly details: { readonly redis: { readonly status: string } };
  };
  return { code: response.status, status, redis: details.redis.status };
}

const well = { code: 200, status: 'ok', redis: 'up' };
const ill = { code: 503, status: 'error', redis: 'down' };

test.each(['kill', 'freeze'] as const)(
  '/health says 503 after a %s that leaves no master, and 200 when it is back',
  async (fault) => {
    const { cluster } = running.example;
    const master = await cluster.master();
    await eventually(async () => expect(await health()).toEqual(well));
    await cluster[fault](master);
    await eventually(async () => expect(await health()).toEqual(ill));
    await (fault === 'kill' ? cluster.restart(master) : cluster.thaw(master));
    await eventually(async () => expect(await health()).toEqual(well), { timeoutMs: 40_000 });
  },
);
