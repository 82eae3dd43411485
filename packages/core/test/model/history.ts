import fc from 'fast-check';
import type { Settings } from '../../src/topology.ts';
import { Deployment, type Size } from './deployment.ts';
import { faults, inflict, type Clients, type TimedFault } from './faults.ts';
import { Referee } from './referee.ts';
import { ModelResolver, realSubject, type Subject } from './resolver.ts';
import { linkTimings } from './sentinel-link.ts';

/** Everything that a history is determined by. */
export interface History {
  readonly size: Size;
  readonly settings: Pick<Settings, 'switchOn' | 'holdTimeoutMs' | 'onMinority'>;
  readonly resp3: boolean;
  readonly faults: readonly TimedFault[];
  /** Of delays, and of what sentinels leave to chance. */
  readonly seed: number;
}

export const settings: fc.Arbitrary<History['settings']> = fc.record({
  switchOn: fc.constantFrom('promotion', 'promotion', 'announcement'),
  holdTimeoutMs: fc.constantFrom(2000, 2000, 400, 5000, undefined),
  onMinority: fc.constantFrom('continue', 'hold'),
});

export const histories: fc.Arbitrary<History> = fc.record({
  size: fc.record({ nodes: fc.constantFrom(3, 3, 2, 4), sentinels: fc.constantFrom(3, 3, 3, 5) }),
  settings,
  resp3: fc.boolean(),
  faults,
  seed: fc.noShrink(fc.integer()),
});

/** How long the sentinels and a resolver may take to agree once there are no more faults. */
const calm = {
  stepMs: 500,
  /** Agreement that lasted for this long, on both sides, is the end. */
  restMs: 3000,
  /** A refresh (6 s at most), and what it takes to act on it. */
  graceMs: 8000,
  /** After this an operator helps sentinels that cannot agree. */
  repairAfterMs: 20_000,
  endMs: 120_000,
} as const;

/** Plays a history; throws what the referee finds. Returns it in words where `told`. */
export async function play(
  history: History,
  subject: Subject = realSubject,
  told = false,
): Promise<string[]> {
  const world = new Deployment(history.size, history.seed, told);
  const referee = new Referee(world.story);
  const { pingIntervalMs, commandTimeoutMs } = linkTimings;
  const fixed = { discoveryTimeoutMs: 300, minorityAfterMs: pingIntervalMs + commandTimeoutMs };
  const all: Settings = { ...fixed, ...history.settings };
  const resolver = new ModelResolver(world, all, history.resp3, subject, referee);
  const clients = clientsOf(world, resolver, referee);
  try {
    clients.join();
    for (const { afterMs, fault } of history.faults) {
      await world.turn();
      clients.arrive();
      world.clock.advance(afterMs);
      referee.check();
      inflict(world, clients, fault);
    }
    await world.turn();
    clients.arrive();
    settle(world, resolver, referee);
    referee.check();
  } catch (error) {
    if (world.story === undefined) throw error;
    world.story.tell('!', (error as Error).message);
  }
  return world.story?.lines ?? [];
}

/** The faults are over: the sentinels come to agree, and soon after them the resolver and its followers. */
function settle(world: Deployment, resolver: ModelResolver, referee: Referee): void {
  world.calm();
  let agreed: { readonly master: string; readonly since: number } | undefined;
  let restingSince: number | undefined;
  const begun = world.clock.now;
  let repairedAt = begun;
  while (world.clock.now - begun < calm.endMs) {
    world.clock.advance(calm.stepMs);
    referee.check();
    const { now } = world.clock;
    const master = world.agreedMaster();
    if (master !== agreed?.master) agreed = master === undefined ? undefined : { master, since: now };
    if (agreed === undefined) {
      restingSince = undefined;
      if (now - repairedAt < calm.repairAfterMs) continue;
      repairedAt = now;
      world.repair();
      continue;
    }
    const { topology } = resolver;
    const isThere = topology.master?.host === agreed.master && topology.verified && !topology.hold;
    restingSince = isThere ? (restingSince ?? now) : undefined;
    if (restingSince !== undefined && now - Math.max(restingSince, agreed.since) >= calm.restMs) return;
    if (!isThere && now - agreed.since > calm.graceMs) {
      const state = `${topology.master?.host ?? 'nowhere'}${topology.hold ? `, held for ${topology.hold.id}` : ''}`;
      return referee.fail('ends on the master', `${agreed.master}, and not ${state}`);
    }
  }
  throw new Error('the model is wrong: the sentinels did not agree');
}

function clientsOf(
  world: Deployment,
  resolver: ModelResolver,
  referee: Referee,
): Clients & { arrive(): void } {
  const joined: { readonly arrive: () => void; readonly leave: () => void }[] = [];
  return {
    join: () => {
      const member = referee.client(`client ${joined.length + 1}`);
      const unfollow = resolver.followers.add(member.follower);
      joined.push({
        arrive: () => member.joined(resolver.topology),
        leave: () => {
          unfollow();
          member.left();
        },
      });
    },
    leave: (which) => joined[which % joined.length]?.leave(),
    throw: () => referee.letThrow(),
    suspect: (node) => {
      const address = world.node(node)?.address;
      if (address) resolver.observe({ type: 'suspect', address });
    },
    breakLink: (which) => resolver.links[which]?.break(),
    arrive: () => {
      for (const { arrive } of joined) arrive();
    },
  };
}
