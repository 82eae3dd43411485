import type { Servers } from '@switchmaster/core';
import { Line } from '../line.ts';
import type { Plan, Preference } from './plan.ts';

/** How long each part may take, in milliseconds. */
export interface Limits {
  /** From the pause of writes to the promotion. */
  readonly maxPauseMs: number;
  /** Until every sentinel has seen a new priority: each asks for `INFO` every ten seconds. */
  readonly preferMs: number;
  readonly momentMs: number;
  readonly announcementMs: number;
  readonly verifyMs: number;
}

export const defaultLimits: Omit<Limits, 'maxPauseMs'> = {
  preferMs: 15_000,
  momentMs: 12_000,
  announcementMs: 6000,
  verifyMs: 10_000,
};

/** What came out on the way. Moments are those of `performance.now()`. */
export interface Facts {
  pausedAt?: number;
  /** The end of the replication stream while writes wait. */
  offset?: bigint;
  /** Sentinels that were asked for the failover. */
  readonly leaders: Line[];
  promotedAt?: number;
  demotedAt?: number;
  resumedAt?: number;
}

/** Everybody who takes part, for the actions. */
export class Scene implements Disposable {
  readonly plan: Plan;
  readonly limits: Limits;
  readonly master: Line;
  readonly candidate: Line;
  readonly sentinels: readonly Line[];
  readonly preferred: readonly { readonly preference: Preference; readonly line: Line }[];
  readonly facts: Facts = { leaders: [] };

  constructor(servers: Servers, plan: Plan, limits: Limits) {
    this.plan = plan;
    this.limits = limits;
    this.master = new Line(servers, 'node', plan.master);
    this.candidate = new Line(servers, 'node', plan.candidate);
    this.sentinels = plan.sentinels.map((address) => new Line(servers, 'sentinel', address));
    this.preferred = plan.preferences.map((preference) => ({
      preference,
      line: new Line(servers, 'node', preference.address),
    }));
  }

  /** The sentinel that leads. */
  get leader(): Line {
    const [leader] = this.sentinels;
    if (!leader) throw new Error('no sentinel answers');
    return leader;
  }

  /** When writes must have been promoted, or they go on at the old master. */
  get pauseDeadline(): number {
    return (this.facts.pausedAt ?? performance.now()) + this.limits.maxPauseMs;
  }

  [Symbol.dispose](): void {
    const preferred = this.preferred.map(({ line }) => line);
    for (const line of [this.master, this.candidate, ...this.sentinels, ...preferred]) line.close();
  }
}
