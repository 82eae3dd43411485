import fc from 'fast-check';
import type { Deployment } from './deployment.ts';
import { client } from './network.ts';
import type { Sentinel } from './sentinel.ts';

/** The steps of a failover, at each of which somebody may be struck. */
const steps = [
  '+sdown',
  '+odown',
  '+try-failover',
  '+elected-leader',
  '+selected-slave',
  '+failover-state-send-slaveof-noone',
  '+failover-state-wait-promotion',
  '+promoted-slave',
  '+failover-end',
  '+switch-master',
] as const;

const nodeFaults = [
  'crash',
  'restart',
  'restart as master',
  'freeze',
  'thaw',
  'kill clients',
  'promote',
  'demote',
] as const;
const sentinelFaults = [
  ...['crash', 'restart', 'restart with an old file', 'freeze', 'thaw', 'failover', 'reset', 'monitor anew'],
  ...['break its connection', 'cut off from the client'],
] as const;
const networkFaults = ['partition', 'heal', 'lossy', 'slow'] as const;
const clientFaults = ['join', 'leave', 'throw', 'suspect'] as const;

export type Fault =
  | { readonly at: 'node'; readonly which: number; readonly what: string }
  | { readonly at: 'sentinel'; readonly which: number; readonly what: string }
  | { readonly at: 'network'; readonly island: readonly boolean[]; readonly what: string }
  | { readonly at: 'client'; readonly which: number; readonly what: string }
  /** Strikes at a step of the next failover: its leader, its candidate or its master. */
  | { readonly at: 'step'; readonly step: string; readonly whom: string; readonly what: string };

export interface TimedFault {
  readonly afterMs: number;
  readonly fault: Fault;
}

const ordinal = fc.nat(4);
const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      at: fc.constant('node' as const),
      which: ordinal,
      what: fc.constantFrom(...nodeFaults),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      at: fc.constant('sentinel' as const),
      which: ordinal,
      what: fc.constantFrom(...sentinelFaults),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      at: fc.constant('network' as const),
      island: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
      what: fc.constantFrom(...networkFaults),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      at: fc.constant('client' as const),
      which: ordinal,
      what: fc.constantFrom(...clientFaults),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      at: fc.constant('step' as const),
      // Most of what can go wrong does so around the promotion.
      step: fc.constantFrom(...steps, ...steps.slice(4, 8)),
      whom: fc.constantFrom('leader', 'candidate', 'master'),
      what: fc.constantFrom('crash', 'freeze', 'cut off', 'reset'),
    }),
  },
);

const afterMs = fc.oneof(fc.nat(150), fc.nat(2500));
const some = (maxLength: number): fc.Arbitrary<TimedFault[]> =>
  fc.array(fc.record({ afterMs, fault: anyFault }), { maxLength, size: 'max' });

/** What makes sentinels fail over, planned or not. */
const trigger: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ at: fc.constant('sentinel' as const), which: ordinal, what: fc.constant('failover') }),
  fc.record({
    at: fc.constant('node' as const),
    which: fc.constant(0),
    what: fc.constantFrom('crash', 'freeze'),
  }),
);

/** Time for what was begun to go wrong before all is repaired. */
const nothing: Fault = { at: 'network', island: [], what: 'heal' };

/** What goes wrong, one thing after the other, and among it one failover at least. */
export const faults: fc.Arbitrary<TimedFault[]> = fc
  .tuple(
    some(3),
    fc.record({ afterMs: fc.nat(1200), fault: trigger }),
    some(7),
    fc.integer({ min: 800, max: 3000 }),
  )
  .map(([before, first, after, last]) => [...before, first, ...after, { afterMs: last, fault: nothing }]);

/** What a fault may do to the clients of the resolver. */
export interface Clients {
  join(): void;
  leave(which: number): void;
  throw(): void;
  suspect(node: string): void;
  breakLink(which: number): void;
}

export function inflict(world: Deployment, clients: Clients, fault: Fault): void {
  world.story?.tell('fault', inWords(world, fault));
  switch (fault.at) {
    case 'node':
      return strikeNode(world, nameOfNode(world, fault.which), fault.what);
    case 'sentinel':
      return strikeSentinel(world, clients, fault.which, fault.what);
    case 'network':
      return strikeNetwork(world, fault.island, fault.what);
    case 'client':
      return strikeClient(world, clients, fault.which, fault.what);
    case 'step':
      return world.lie({ channel: fault.step, strike: (leader) => strikeAtStep(world, leader, fault) });
  }
}

function strikeNode(world: Deployment, name: string, what: string): void {
  const node = world.node(name);
  if (node === undefined) return;
  if (what === 'crash') node.crash();
  else if (what === 'freeze') node.freeze();
  else if (what === 'thaw') node.thaw();
  else if (what === 'kill clients') node.killClients();
  else if (what === 'promote') node.replicate(undefined);
  else if (what === 'demote') node.replicate(world.chance.pick(world.nodes)?.name);
  else node.restart(what === 'restart as master');
}

function strikeSentinel(world: Deployment, clients: Clients, nth: number, what: string): void {
  const which = nth % world.sentinels.length;
  const sentinel = world.sentinels[which];
  if (sentinel === undefined) return;
  if (what === 'crash') sentinel.crash();
  else if (what === 'freeze') sentinel.freeze();
  else if (what === 'thaw') sentinel.thaw();
  else if (what === 'failover') sentinel.forceFailover();
  else if (what === 'reset') sentinel.reset(undefined);
  else if (what === 'monitor anew') sentinel.reset(sentinel.master);
  else if (what === 'break its connection') clients.breakLink(which);
  else if (what === 'cut off from the client') world.network.cut(client, sentinel.name);
  else sentinel.restart(what === 'restart' ? 0 : world.chance.between(1, 6));
}

function strikeNetwork(world: Deployment, island: readonly boolean[], what: string): void {
  if (what === 'partition') world.network.partition(everybody(world).filter((_, index) => island[index]));
  else if (what === 'heal') world.network.heal();
  else if (what === 'lossy') world.network.lossy = true;
  else world.network.slow = true;
}

function strikeClient(world: Deployment, clients: Clients, nth: number, what: string): void {
  if (what === 'join') clients.join();
  else if (what === 'leave') clients.leave(nth);
  else if (what === 'throw') clients.throw();
  else clients.suspect(nameOfNode(world, nth));
}

function strikeAtStep(
  world: Deployment,
  leader: Sentinel,
  { whom, what, step }: Extract<Fault, { at: 'step' }>,
): void {
  const struck =
    whom === 'leader' ? leader.name : whom === 'master' ? leader.master : leader.failover?.candidate;
  if (!struck) return;
  world.story?.tell('fault', `${step} of ${leader.name}: ${what} ${struck}`);
  const target = world.sentinel(struck) ?? world.node(struck);
  if (what === 'crash') target?.crash();
  else if (what === 'freeze') target?.freeze();
  else if (what === 'cut off') world.network.partition([struck]);
  else leader.reset(undefined);
}

function everybody(world: Deployment): string[] {
  return [client, ...world.nodes, ...world.sentinels].map((one) =>
    typeof one === 'string' ? one : one.name,
  );
}

function nameOfNode(world: Deployment, nth: number): string {
  return world.nodes[nth % world.nodes.length]?.name ?? '';
}

function inWords(world: Deployment, fault: Fault): string {
  switch (fault.at) {
    case 'node':
      return `${fault.what}: ${nameOfNode(world, fault.which)}`;
    case 'sentinel':
      return `${fault.what}: s${(fault.which % world.sentinels.length) + 1}`;
    case 'network': {
      const island = everybody(world).filter((_, index) => fault.island[index]);
      return fault.what === 'partition' ? `partition: ${island.join(' ')}` : fault.what;
    }
    case 'client':
      return `client: ${fault.what}`;
    case 'step':
      return `at the next ${fault.step}: ${fault.what} (${fault.whom})`;
  }
}
