import { PassThrough } from 'node:stream';
import type { Response } from 'express';
import { expect, test } from 'vitest';
import { EventStream } from './event-stream.ts';
import type { LaneMessage, Snapshot } from './messages.ts';
import { PageEvents } from './page-events.ts';

/** As much of a response as the stream uses. */
class Page extends PassThrough {
  writeHead(): this {
    return this;
  }
}

const news = (at: number): LaneMessage => ({ type: 'lane', at, lane: {} as LaneMessage['lane'] });

function open(): { events: PageEvents; stream: EventStream; page: Page } {
  const events = new PageEvents();
  const stream = new EventStream(events);
  const page = new Page();
  stream.open(page as unknown as Response, () => ({ type: 'snapshot' }) as Snapshot);
  return { events, stream, page };
}

test('a page gets a snapshot, then the news, until the application ends', async () => {
  const { events, stream, page } = open();
  events.publish(news(7));
  stream.onModuleDestroy();
  const text = Buffer.concat(await page.toArray()).toString();
  expect(text.split('\n\n').slice(1, 3)).toEqual([
    'id: 1\ndata: {"type":"snapshot"}',
    'id: 2\ndata: {"type":"lane","at":7,"lane":{}}',
  ]);
});

test('a page that reads nothing is dropped before it fills the memory', () => {
  const { events, page } = open();
  const large = { ...news(1), lane: { description: 'x'.repeat(100_000) } as LaneMessage['lane'] };
  let published = 0;
  while (!page.destroyed && published < 100) {
    events.publish(large);
    published += 1;
  }
  expect(page.destroyed).toBe(true);
  expect(published).toBeLessThan(50);
});
