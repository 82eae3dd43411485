import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Response } from 'express';
import type { PageMessage, Snapshot } from './messages.ts';
import { PageEvents } from './page-events.ts';

/** A page that reads so slowly is dropped: it comes back, and begins with a snapshot. */
const maxBufferedBytes = 4 * 1024 * 1024;
const retryMs = 500;

/** Sends the news to each page that is open, as Server-Sent Events. */
@Injectable()
export class EventStream implements OnModuleDestroy {
  readonly #events: PageEvents;
  readonly #pages = new Set<Response>();
  #id = 0;

  constructor(@Inject(PageEvents) events: PageEvents) {
    this.#events = events;
  }

  /** Sends a snapshot and then the news, for as long as the page is there. */
  open(page: Response, snapshot: () => Snapshot): void {
    page.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    page.write(`retry: ${retryMs}\n\n`);
    this.#send(page, snapshot());
    const undo = this.#events.subscribe((news) => this.#send(page, news));
    this.#pages.add(page);
    page.on('close', () => {
      undo();
      this.#pages.delete(page);
    });
  }

  onModuleDestroy(): void {
    for (const page of this.#pages) page.end();
  }

  #send(page: Response, message: PageMessage): void {
    this.#id += 1;
    page.write(`id: ${this.#id}\ndata: ${JSON.stringify(message)}\n\n`);
    if (page.writableLength > maxBufferedBytes) page.destroy();
  }
}
