import type { NodeAddress } from './address.ts';

/**
 * Why traffic is held.
 *
 * - `failover`: the failover's leader has chosen the replica that it is about to promote.
 * - `announced`: sentinels name another master, which has yet to confirm it by `ROLE`.
 * - `leader-lost`: the leader was lost after the promotion and before the others agreed to it.
 * - `demoted`: the master itself says that it is a replica now.
 * - `minority`: a majority of the sentinels is out of sight (`onMinority: 'hold'`).
 */
export type HoldReason = 'failover' | 'announced' | 'leader-lost' | 'demoted' | 'minority';

/**
 * Why traffic moves. The new master has said `master` to `ROLE` in every case.
 *
 * - `promotion`: it was promoted, and no sentinel has announced it yet.
 * - `announcement`: the sentinels announce it.
 * - `undone`: a promotion that had been followed was given up; this is what the majority says.
 * - `demotion`: the old master said that it is a replica of this one.
 */
export type MoveReason = 'promotion' | 'announcement' | 'undone' | 'demotion';

/**
 * Why held traffic goes on where it was.
 *
 * - `aborted`: the failover was called off, and the old master is still the master.
 * - `confirmed`: the master in use is confirmed (by the majority of the sentinels, or by itself).
 * - `deadline`: the hold lasted for `hold.timeoutMs`; going on is the lesser evil.
 * - `majority`: a majority of the sentinels is back in sight.
 */
export type ReleaseReason = 'aborted' | 'confirmed' | 'deadline' | 'majority';

/**
 * What an adapter implements: a failover, seen from a client, is hold, then move or release. Core calls
 * these in order, never concurrently, never synchronously from {@link Resolver.follow}, and never after
 * `unfollow()`. A second `hold` does not come before a `move` or `release`; a `move` may come without a
 * `hold`. A call that throws is reported as `error` and disturbs no other follower.
 */
export interface Follower {
  /** Keep accepting commands, put no new ones on the wire, let replies in flight arrive. */
  hold(reason: HoldReason): void;
  /** Leave the current connection now (destroy, no FIN wait), reconnect to `to`, then send what was held. */
  move(to: NodeAddress, reason: MoveReason): void;
  /** The failover was called off: go on, on the same connection. */
  release(reason: ReleaseReason): void;
}

/** One of the three. */
export type FollowerCall =
  | { readonly type: 'hold'; readonly reason: HoldReason }
  | { readonly type: 'move'; readonly to: NodeAddress; readonly reason: MoveReason }
  | { readonly type: 'release'; readonly reason: ReleaseReason };

interface Member {
  readonly follower: Follower;
}

/** The one place that calls followers. */
export class Followers {
  readonly #followers = new Set<Member>();
  readonly #onError: (error: unknown) => void;
  #held: FollowerCall | undefined;
  #cleared = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** A follower that joins while traffic is held is told so as soon as the caller's turn is over. */
  add(follower: Follower): () => void {
    // Its own object, so that one follower may follow twice and each undo is its own.
    const member: Member = { follower };
    let active = true;
    queueMicrotask(() => {
      if (!active || this.#cleared) return;
      this.#followers.add(member);
      if (this.#held) this.#call(member, this.#held);
    });
    return () => {
      active = false;
      this.#followers.delete(member);
    };
  }

  tell(call: FollowerCall): void {
    this.#held = call.type === 'hold' ? call : undefined;
    for (const member of [...this.#followers]) {
      // An earlier one may have made this one stop following.
      if (this.#followers.has(member)) this.#call(member, call);
    }
  }

  /** For good: those that are about to join hear nothing either. */
  clear(): void {
    this.#cleared = true;
    this.#followers.clear();
  }

  #call({ follower }: Member, call: FollowerCall): void {
    try {
      if (call.type === 'hold') follower.hold(call.reason);
      else if (call.type === 'move') follower.move(call.to, call.reason);
      else follower.release(call.reason);
    } catch (error) {
      this.#onError(error);
    }
  }
}
