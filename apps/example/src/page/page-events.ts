import { Injectable } from '@nestjs/common';
import type { PageMessage, Snapshot } from './messages.ts';

/** What a page is told, a snapshot excepted. */
export type News = Exclude<PageMessage, Snapshot>;
/** What a page that comes late wants to know. */
export type Recent = Pick<Snapshot, 'samples' | 'phases' | 'sentinelEvents' | 'faultReports'>;

/** How many of each kind are kept; of the samples a minute's. */
const kept = { samples: 240, phase: 100, 'sentinel-event': 100, fault: 100 };

type KeptNews = Extract<News, { type: keyof typeof kept }>;
type Kept = { readonly [Type in keyof typeof kept]: Extract<News, { type: Type }>[] };

/** Hands news on to whoever listens, and remembers the latest. */
@Injectable()
export class PageEvents {
  readonly #listeners = new Set<(news: News) => void>();
  readonly #kept: Kept = { samples: [], phase: [], 'sentinel-event': [], fault: [] };

  publish(news: News): void {
    if (news.type in kept) this.#keep(news as KeptNews);
    for (const listener of this.#listeners) listener(news);
  }

  /** Returns its own undo. */
  subscribe(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get recent(): Recent {
    const { samples, phase, 'sentinel-event': sentinelEvents, fault } = this.#kept;
    return {
      samples: [...samples],
      phases: [...phase],
      sentinelEvents: [...sentinelEvents],
      faultReports: [...fault],
    };
  }

  #keep(news: KeptNews): void {
    const list: KeptNews[] = this.#kept[news.type];
    list.push(news);
    if (list.length > kept[news.type]) list.shift();
  }
}
