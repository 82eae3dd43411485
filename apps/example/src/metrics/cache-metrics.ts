import type { Cache } from '@nestjs/cache-manager';
import type { StoreStats, SwitchmasterStore } from '@switchmaster/cache-manager';
import { Gauge, type Registry } from 'prom-client';

const numbers = ['hits', 'misses', 'stale', 'failures', 'bypassed', 'journal', 'replayed'] as const;
const states: readonly StoreStats['state'][] = ['closed', 'open', 'recovering'];

/** What the store of a cache has done, as metrics. */
export function addCacheMetrics(cache: Cache, registry: Registry): void {
  const store = cache.stores[0]?.store as SwitchmasterStore;
  const registers = [registry];
  const stats: Gauge = new Gauge({
    name: 'switchmaster_cache',
    help: 'What the store has done since its start; of the journal, the keys that are in it now.',
    labelNames: ['what'],
    registers,
    collect: () => {
      for (const what of numbers) stats.set({ what }, store.stats[what]);
    },
  });
  const breaker: Gauge = new Gauge({
    name: 'switchmaster_cache_breaker',
    help: '1 for the state of the breaker, 0 for the others.',
    labelNames: ['state'],
    registers,
    collect: () => {
      for (const state of states) breaker.set({ state }, Number(store.state === state));
    },
  });
}
