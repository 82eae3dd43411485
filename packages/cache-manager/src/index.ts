export type { CacheClient, IoredisClient, NodeRedisClient } from './client.ts';
export { createStore } from './create-store.ts';
export type { BreakerOptions, JournalOptions, MemoryOptions, StoreOptions } from './options.ts';
export type { StoreEvents } from './store-events.ts';
export { SwitchmasterStore, type StoreEntry, type StoreStats } from './store.ts';
