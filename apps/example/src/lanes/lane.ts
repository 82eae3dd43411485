import type { LaneName, LaneState } from '../page/messages.ts';

/** A client that the load writes with. */
export interface WriteClient {
  /** Its promise is the acknowledgement. */
  set(key: string, value: string): Promise<unknown>;
  /** Drops the connection at once. */
  close(): void;
}

/** Connects a client as its users do. A file in this folder exports one. */
export type Open = () => Promise<WriteClient>;

/** What stays the same about a lane. */
export interface LaneTitle extends Pick<LaneState, 'title' | 'description' | 'ours'> {
  readonly name: LaneName;
}
