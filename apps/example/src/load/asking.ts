import type { Quote } from '../lanes/quotes.ts';
import { HttpClient } from './http-client.ts';
import type { Notes, WorkOrder } from './work.ts';

/** One entry of the endpoint; no two operations on it overlap, so that there is no doubt which version is due. */
interface Item {
  readonly path: string;
  visits: number;
  /** Of the latest update that was acknowledged. */
  version: number;
}

const items = 100;
/** Each item is updated once, then asked for so often. */
const readsPerUpdate = 9;
/** The process that asks is the one that answers: when it is busy, an answer may be late for that reason alone. */
const timeoutMs = 5000;

/**
 * Asks for the items of the cached endpoint and updates them, by HTTP as anybody would. A read that serves what an
 * acknowledged update had replaced counts as lost: the cache must have deleted it.
 *
 * @param baseUrl Asked when the work begins, since the port is known then.
 */
export function asking(baseUrl: () => string): WorkOrder {
  return {
    kind: 'cache',
    ratePerSecond: 100,
    maxPending: items,
    begin: async (notes) => {
      const http = new HttpClient(baseUrl(), timeoutMs);
      const idle = await Promise.all(
        Array.from({ length: items }, async (_, i): Promise<Item> => {
          const path = `/quotes/${i}`;
          return { path, visits: i, version: (await update(http, path)).version };
        }),
      );
      const operate = async (): Promise<void> => {
        const item = idle.shift();
        if (!item) throw new Error('more operations than items');
        try {
          item.visits += 1;
          if (item.visits % (readsPerUpdate + 1) === 0)
            item.version = (await update(http, item.path)).version;
          else await read(http, item, notes);
        } finally {
          idle.push(item);
        }
      };
      return { operate, close: () => http.close() };
    },
  };
}

async function update(http: HttpClient, path: string): Promise<Quote> {
  const { body } = await http.request('PUT', path);
  return body as Quote;
}

async function read(http: HttpClient, item: Item, { count }: Notes): Promise<void> {
  const { body, headers } = await http.request('GET', item.path);
  count(headers['x-cache'] === 'HIT' ? 'hits' : 'misses');
  if ((body as Quote).version < item.version) count('lost');
}
