import type { Resolver } from '@switchmaster/core';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const phases = ['discovering', 'following', 'holding', 'provisional', 'closed'] as const;
const sentinelStates = ['connected', 'connecting', 'lost'] as const;

/** What a resolver knows and tells, as metrics. The resolver's listeners end with it. */
export function addSwitchmasterMetrics(resolver: Resolver, registry: Registry): void {
  addGauges(resolver, registry);
  countEvents(resolver, registry);
}

/** What is so at the moment of the scrape. */
function addGauges(resolver: Resolver, registry: Registry): void {
  const registers = [registry];
  const phase: Gauge = new Gauge({
    name: 'switchmaster_phase',
    help: '1 for what the resolver is doing, 0 for the other phases.',
    labelNames: ['phase'],
    registers,
    collect: () => {
      for (const one of phases) phase.set({ phase: one }, Number(resolver.topology.phase === one));
    },
  });
  const sentinels: Gauge = new Gauge({
    name: 'switchmaster_sentinels',
    help: 'Sentinels by the state of the connection to them.',
    labelNames: ['state'],
    registers,
    collect: () => {
      const known = resolver.topology.sentinels;
      for (const state of sentinelStates)
        sentinels.set({ state }, known.filter((one) => one.state === state).length);
    },
  });
  const epoch: Gauge = new Gauge({
    name: 'switchmaster_config_epoch',
    help: 'The config epoch under which the master was accepted.',
    registers,
    collect: () => epoch.set(resolver.topology.configEpoch),
  });
  const minority: Gauge = new Gauge({
    name: 'switchmaster_minority',
    help: '1 while a majority of the sentinels is out of sight.',
    registers,
    collect: () => minority.set(Number(resolver.topology.minority)),
  });
}

function countEvents(resolver: Resolver, registry: Registry): void {
  const registers = [registry];
  const switches = new Counter({
    name: 'switchmaster_switches_total',
    help: 'How often clients were told of another master, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const holdSeconds = new Histogram({
    name: 'switchmaster_hold_seconds',
    help: 'For how long traffic was held.',
    buckets: [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2],
    registers,
  });
  const staleSeconds = new Gauge({
    name: 'switchmaster_stale_master_seconds',
    help: 'For how long the latest old master was seen to go on as a master.',
    registers,
  });
  resolver.on('switch', ({ reason, phases: { heldAt, movedAt } }) => {
    switches.inc({ reason });
    if (heldAt !== undefined && movedAt !== undefined) holdSeconds.observe((movedAt - heldAt) / 1000);
  });
  resolver.on('release', ({ heldMs }) => holdSeconds.observe(heldMs / 1000));
  resolver.on('stale-master', ({ forMs }) => staleSeconds.set(forMs / 1000));
}
