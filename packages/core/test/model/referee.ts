import { addressKey, formatAddress, type NodeAddress } from '../../src/address.ts';
import { majorityOf, voters, witnesses } from '../../src/consensus.ts';
import type { Watched } from '../../src/decisions.ts';
import type { Follower, HoldReason } from '../../src/follower.ts';
import type { Change, Observation, Topology } from '../../src/topology.ts';
import type { Story } from './story.ts';

/** What must hold at all times. */
export const invariants = [
  'one master',
  'no move without ROLE',
  'holds end',
  'calls in order',
  'nothing after unfollow',
  'epochs only go up',
  'ends on the master',
] as const;
export type Invariant = (typeof invariants)[number];

export class Violation extends Error {
  readonly invariant: Invariant;

  constructor(invariant: Invariant, what: string) {
    super(`${invariant}: ${what}`);
    this.invariant = invariant;
  }
}

export interface Judgement {
  readonly before: Topology;
  readonly observation: Observation;
  readonly after: Topology;
  readonly changes: readonly Change[];
  readonly now: number;
}

/** An answer to `ROLE` that is older says nothing about now. */
const freshMs = 250;

/** Causes that last for as long as going on would lose writes, as the documentation says. */
const unlimited: ReadonlySet<HoldReason> = new Set(['minority', 'leader-lost']);

/** What a follower that throws throws; anything else that comes out of one is a violation. */
const refusal = new Error('this follower throws');

/** A client as an adapter moves it. */
interface Client {
  readonly name: string;
  state: 'joining' | 'following' | 'left';
  master: NodeAddress | undefined;
  held: boolean;
  /** Of its next call. */
  throws: boolean;
}

/** Watches everything that the resolver decides and tells, and says which promise is broken. */
export class Referee {
  readonly #story: Story | undefined;
  readonly #clients: Client[] = [];
  readonly #answers = new Map<string, { readonly kind: string; readonly at: number }>();
  /** Since when each occasion was held for; those that ended otherwise than by their deadline are over. */
  readonly #heldSince = new Map<string, number>();
  #violation: Violation | undefined;

  constructor(story: Story | undefined) {
    this.#story = story;
  }

  /** The first promise that was broken is thrown where the history is played. */
  check(): void {
    if (this.#violation) throw this.#violation;
  }

  fail(invariant: Invariant, what: string): void {
    if (this.#violation === undefined) this.#story?.tell('!', `${invariant}: ${what}`);
    this.#violation ??= new Violation(invariant, what);
  }

  judged(judgement: Judgement): void {
    const { observation, changes, now } = judgement;
    this.#tellStory(judgement);
    if (observation.type === 'role') {
      this.#answers.set(addressKey(observation.address), { kind: observation.role.kind, at: now });
    }
    for (const change of changes) if (change.type === 'move') this.#checkMove(change, now);
    this.#checkChain(judgement);
    this.#checkEpoch(judgement);
    this.#checkHold(judgement);
    for (const client of this.#clients)
      if (client.state === 'following') this.#checkClient(client, judgement);
  }

  /** What is waited for is asked for: the master and a candidate are watched, and no alarm is set for the past. */
  checkWatches(t: Topology, watched: readonly Watched[], deadline: number, now: number): void {
    const keys = watched.map(({ address }) => addressKey(address));
    if (new Set(keys).size !== keys.length)
      this.fail('ends on the master', `watched twice: ${keys.join(' ')}`);
    if (t.master && !keys.includes(addressKey(t.master)))
      this.fail('ends on the master', 'the master is not watched');
    if (deadline <= now) this.fail('holds end', `an alarm for ${deadline} at ${now}`);
  }

  /** A client of its own for each call. */
  client(name: string): { readonly follower: Follower; joined(topology: Topology): void; left(): void } {
    const client: Client = { name, state: 'joining', master: undefined, held: false, throws: false };
    this.#clients.push(client);
    const call = (what: string, isInOrder: boolean, then: () => void): void => {
      this.#story?.tell(name, what);
      if (client.state === 'left') this.fail('nothing after unfollow', `${name} was told to ${what}`);
      if (!isInOrder)
        this.fail('calls in order', `${name} was told to ${what}, ${client.held ? '' : 'not '}held`);
      then();
      if (!client.throws) return;
      client.throws = false;
      throw refusal;
    };
    const setHeld = (held: boolean): void => void (client.held = held);
    return {
      follower: {
        hold: (reason) => call(`hold (${reason})`, !client.held, () => setHeld(true)),
        release: (reason) => call(`release (${reason})`, client.held, () => setHeld(false)),
        move: (to, reason) =>
          call(`move to ${formatAddress(to)} (${reason})`, true, () => {
            setHeld(false);
            client.master = to;
          }),
      },
      joined: (topology) => {
        if (client.state === 'joining')
          Object.assign(client, { state: 'following', master: topology.master });
      },
      left: () => void (client.state = 'left'),
    };
  }

  letThrow(): void {
    for (const client of this.#clients) client.throws = true;
  }

  followerThrew(error: unknown): void {
    if (error !== refusal) this.fail('calls in order', `a follower threw ${String(error)}`);
  }

  #tellStory({ observation, changes, after }: Judgement): void {
    if (this.#story === undefined) return;
    const told = changes.filter(({ type }) => type !== 'ask' && type !== 'fault');
    if (observation.type === 'tick' && told.length === 0) return;
    this.#story.tell('resolver', `← ${inWords(observation)}`);
    for (const change of told) this.#story.tell('resolver', `→ ${changeInWords(change)}`);
    if (told.length > 0) this.#story.tell('resolver', `  config epoch ${after.configEpoch}`);
  }

  #checkMove({ to }: Extract<Change, { type: 'move' }>, now: number): void {
    const answer = this.#answers.get(addressKey(to));
    if (answer?.kind === 'master' && now - answer.at <= freshMs) return;
    const said = answer ? `said ${answer.kind} ${now - answer.at} ms ago` : 'was never asked';
    this.fail('no move without ROLE', `${formatAddress(to)} ${said}`);
  }

  /** Each move leaves where the last one led to, once for each judgement. */
  #checkChain({ before, after, changes }: Judgement): void {
    const keyOf = (address: NodeAddress | undefined): string => (address ? addressKey(address) : '-');
    const moves = changes.filter((change) => change.type === 'move');
    let at = keyOf(before.master);
    for (const { from, to } of moves) {
      if (keyOf(from) !== at || keyOf(to) === at)
        this.fail('one master', `${keyOf(from)} → ${keyOf(to)} at ${at}`);
      at = keyOf(to);
    }
    if (moves.length > 1) this.fail('one master', `${moves.length} moves at once`);
    if (at !== keyOf(after.master))
      this.fail('one master', `${keyOf(after.master)} without a move from ${at}`);
  }

  #checkEpoch({ before, after }: Judgement): void {
    if (after.configEpoch >= before.configEpoch) return;
    // What the majority has said of the old master may be heard in the moment that makes another one.
    const faults = [before.master, after.master].map((master) => this.#whyNoReset(master, after));
    if (faults.every((fault) => fault !== undefined))
      this.fail('epochs only go up', `${before.configEpoch} → ${after.configEpoch} ${faults.join(', ')}`);
  }

  #whyNoReset(master: NodeAddress | undefined, { sentinels }: Topology): string | undefined {
    const key = master && addressKey(master);
    const supporters = witnesses(sentinels).filter(
      ([, { master: named }]) => named && addressKey(named) === key,
    );
    if (supporters.length < majorityOf(voters(sentinels).length))
      return `by the word of ${supporters.length}`;
    const saysMaster = key !== undefined && this.#answers.get(key)?.kind === 'master';
    return saysMaster ? undefined : 'without ROLE';
  }

  /** Each occasion is held for once, and no longer than allowed. */
  #checkHold({ before, after, changes, now }: Judgement): void {
    const { hold, settings } = after;
    const dueAt = this.#dueAt(before);
    if (now > dueAt + 1)
      this.fail('holds end', `'${before.hold?.id ?? ''}' was not looked at for ${now - dueAt} ms`);
    const isOver = changes.some(
      ({ type, ...change }) =>
        type === 'move' || (type === 'release' && !('reason' in change && change.reason === 'deadline')),
    );
    if (isOver) this.#heldSince.clear();
    // A master that says master again may be demoted again: that is another occasion.
    if (after.verified) this.#heldSince.delete(`demoted ${after.master ? addressKey(after.master) : ''}`);
    if (hold === undefined) return;
    if (unlimited.has(hold.reason)) {
      const stands = hold.reason === 'minority' ? after.minority : after.provisional?.leaderLost === true;
      if (!stands) this.fail('holds end', `'${hold.reason}' without its cause`);
      return;
    }
    const limitMs = settings.holdTimeoutMs;
    if (limitMs === undefined) return this.fail('holds end', 'there should be none');
    const since = this.#heldSince.get(hold.id) ?? now;
    this.#heldSince.set(hold.id, since);
    if (now - since > limitMs) this.fail('holds end', `'${hold.id}' was held for ${now - since} ms`);
  }

  /** When the hold that is on has to end. */
  #dueAt({ hold, settings }: Topology): number {
    const since = hold && this.#heldSince.get(hold.id);
    if (hold === undefined || since === undefined || unlimited.has(hold.reason)) return Infinity;
    return since + (settings.holdTimeoutMs ?? 0);
  }

  #checkClient(client: Client, { after }: Judgement): void {
    const { master, hold } = after;
    const isThere = (client.master && addressKey(client.master)) === (master && addressKey(master));
    // Who joins before the first discovery starts at what is found.
    if (client.master === undefined) client.master = master;
    else if (!isThere) this.fail('one master', `${client.name} is on ${formatAddress(client.master)}`);
    if (client.held !== (hold !== undefined)) {
      this.fail('calls in order', `${client.name} is ${client.held ? '' : 'not '}held`);
    }
  }
}

function inWords(seen: Observation): string {
  switch (seen.type) {
    case 'sentinel':
      return `${seen.sentinel} ${seen.view.state}`;
    case 'forgotten':
      return `${seen.sentinel} forgotten`;
    case 'report': {
      const { master, configEpoch, leading, failover } = seen.report;
      const leads = leading
        ? `, leads ${failover ? `${failover.candidate.host} ${failover.stage}` : ''}`
        : '';
      return `${seen.sentinel} names ${master?.host ?? 'nobody'} @${configEpoch}${leads}`;
    }
    case 'notice': {
      const { notice } = seen;
      const candidate = notice.kind === 'failover' ? ` ${notice.candidate.host} ${notice.stage}` : '';
      return `${seen.sentinel} ${notice.kind}${candidate}`;
    }
    case 'role': {
      const of = seen.role.kind === 'replica' ? ` of ${seen.role.of?.host ?? 'nobody'}` : '';
      return `${seen.address.host} is ${seen.role.kind}${of}`;
    }
    case 'suspect':
      return `suspects ${seen.address.host}`;
    case 'tick':
      return 'tick';
  }
}

function changeInWords(change: Change): string {
  switch (change.type) {
    case 'hold':
    case 'release':
      return `${change.type} (${change.reason})`;
    case 'move':
      return `move ${change.from?.host ?? '-'} → ${change.to.host} (${change.reason})`;
    case 'stale-master':
      return `${change.address.host} is stale`;
    case 'minority':
      return change.minority ? 'minority' : 'majority back';
    case 'ask':
    case 'fault':
      return change.type;
  }
}
