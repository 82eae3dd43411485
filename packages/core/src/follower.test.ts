import { describe, expect, it } from 'vitest';
import { Followers, type Follower } from './follower.ts';

const hold = { type: 'hold', reason: 'failover' } as const;
const move = { type: 'move', to: { host: 'B', port: 6379 }, reason: 'promotion' } as const;
const release = { type: 'release', reason: 'aborted' } as const;

interface Stage {
  readonly followers: Followers;
  readonly told: string[];
  readonly errors: unknown[];
  /** A follower that notes what it is told, and then does something. */
  readonly follower: (who: string, meanwhile?: (what: string) => void) => Follower;
}

function stage(): Stage {
  const told: string[] = [];
  const errors: unknown[] = [];
  return {
    followers: new Followers((error) => errors.push(error)),
    told,
    errors,
    follower: (who, meanwhile = () => {}) => {
      const note = (what: string): void => {
        told.push(`${who}: ${what}`);
        meanwhile(what);
      };
      return {
        hold: (reason) => note(`hold ${reason}`),
        move: (to, reason) => note(`move ${to.host} ${reason}`),
        release: (reason) => note(`release ${reason}`),
      };
    },
  };
}

/** The end of the caller's turn, after which one that was added follows. */
const turn = (): Promise<void> => Promise.resolve();

describe('followers', () => {
  it('are told of every call, in order, each of them', async () => {
    const { followers, told, follower } = stage();
    followers.add(follower('a'));
    followers.add(follower('b'));
    await turn();
    for (const call of [hold, release, hold, move]) followers.tell(call);
    expect(told).toEqual([
      ...['a: hold failover', 'b: hold failover', 'a: release aborted', 'b: release aborted'],
      ...['a: hold failover', 'b: hold failover', 'a: move B promotion', 'b: move B promotion'],
    ]);
  });

  it.each([
    ['during a hold', [hold], ['late: hold failover']],
    ['after a hold that was released', [hold, release], []],
    ['after a move', [hold, move], []],
    ['before anything happened', [], []],
  ] as const)('that join %s are told what holds', async (_, calls, expected) => {
    const { followers, told, follower } = stage();
    for (const call of calls) followers.tell(call);
    followers.add(follower('late'));
    expect(told).toEqual([]);
    await turn();
    expect(told).toEqual(expected);
  });

  it('that join in the turn in which a hold begins are told of it once', async () => {
    const { followers, told, follower } = stage();
    followers.add(follower('a'));
    followers.tell(hold);
    await turn();
    expect(told).toEqual(['a: hold failover']);
  });

  it('are told nothing after they stopped, not even in the turn in which they joined', async () => {
    const { followers, told, follower } = stage();
    followers.tell(hold);
    followers.add(follower('a'))();
    await turn();
    followers.tell(release);
    expect(told).toEqual([]);
  });

  it('may stop inside a call', async () => {
    const { followers, told, follower } = stage();
    const stop = followers.add(follower('a', () => stop()));
    followers.add(follower('b'));
    await turn();
    followers.tell(hold);
    followers.tell(move);
    expect(told).toEqual(['a: hold failover', 'b: hold failover', 'b: move B promotion']);
  });

  it('may stop another one inside a call, which is not told of that call any more', async () => {
    const { followers, told, follower } = stage();
    followers.add(follower('a', () => stopB()));
    const stopB = followers.add(follower('b'));
    followers.add(follower('c'));
    await turn();
    followers.tell(hold);
    expect(told).toEqual(['a: hold failover', 'c: hold failover']);
  });

  it('may bring another one inside a call, which is told what holds then', async () => {
    const { followers, told, follower } = stage();
    followers.add(follower('a', (what) => what.startsWith('hold') && followers.add(follower('b'))));
    await turn();
    followers.tell(hold);
    await turn();
    expect(told).toEqual(['a: hold failover', 'b: hold failover']);
  });

  it('that throw are reported and disturb nobody, themselves neither', async () => {
    const { followers, told, errors, follower } = stage();
    const boom = new Error('boom');
    followers.add(
      follower('a', (what) => {
        if (what.startsWith('hold')) throw boom;
      }),
    );
    followers.add(follower('b'));
    await turn();
    followers.tell(hold);
    followers.tell(release);
    expect(errors).toEqual([boom]);
    expect(told).toEqual([
      'a: hold failover',
      'b: hold failover',
      'a: release aborted',
      'b: release aborted',
    ]);
  });

  it('that follow twice are told twice, and each undo is its own', async () => {
    const { followers, told, follower } = stage();
    const a = follower('a');
    const stop = followers.add(a);
    followers.add(a);
    await turn();
    followers.tell(hold);
    stop();
    stop();
    followers.tell(release);
    expect(told).toEqual(['a: hold failover', 'a: hold failover', 'a: release aborted']);
  });

  it('are called as methods of what was given', async () => {
    const { followers } = stage();
    class Client implements Follower {
      held = 0;
      hold(): void {
        this.held += 1;
      }
      move(): void {}
      release(): void {}
    }
    const client = new Client();
    followers.add(client);
    await turn();
    followers.tell(hold);
    expect(client.held).toBe(1);
  });

  it('hear no more after clear(), also those that joined in that turn', async () => {
    const { followers, told, follower } = stage();
    followers.add(follower('a'));
    await turn();
    followers.tell(hold);
    followers.add(follower('b'));
    followers.clear();
    followers.tell(move);
    await turn();
    followers.tell(hold);
    expect(told).toEqual(['a: hold failover']);
  });
});
