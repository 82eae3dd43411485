import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { asking } from './asking.ts';
import { baseUrlOf } from './base-url.ts';
import { Ledger } from './ledger.ts';

/** An endpoint that answers every update with version 2, and every read with this one. */
async function endpoint(version: number): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(({ method }, response) => {
    response.setHeader('x-cache', 'HIT');
    response.end(JSON.stringify({ id: '0', version: method === 'PUT' ? 2 : version }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dispose = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { url: baseUrlOf(server), [Symbol.asyncDispose]: dispose };
}

test.each([
  { served: 1, what: 'what was replaced', counts: ['hits', 'lost'] },
  { served: 2, what: 'what is due', counts: ['hits'] },
  { served: 3, what: 'what is newer', counts: ['hits'] },
])('a read that serves $what counts as $counts', async ({ served, counts }) => {
  await using server = await endpoint(served);
  const count = vi.fn<(what: string) => void>();
  const work = await asking(() => server.url).begin({ ledger: new Ledger(), count });
  await work.operate();
  work.close();
  expect(count.mock.calls.flat()).toEqual(counts);
});
