import type { Ledger } from './ledger.ts';

/** What a lane does over and over, once its client is connected. */
export interface Work {
  /** Resolves when one operation is acknowledged. */
  operate(): Promise<void>;
  close(): void;
}

/** Begins the work of a lane. */
export interface WorkOrder {
  readonly kind: 'writes' | 'cache';
  readonly ratePerSecond: number;
  readonly maxPending: number;
  readonly begin: (notes: Notes) => Promise<Work>;
}

/** Where the work writes down what comes of it, besides its acknowledgements. */
export interface Notes {
  /** What is to be looked up on the master. */
  readonly ledger: Ledger;
  readonly count: (what: 'lost' | 'hits' | 'misses') => void;
}
