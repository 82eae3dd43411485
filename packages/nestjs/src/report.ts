import { formatAddress, type ReleaseEvent, type Resolver, type SwitchEvent } from '@switchmaster/core';
import type { RateLimitedLogger } from './rate-limited-logger.ts';

/** Writes to the log what a resolver tells, until the returned function is called. */
export function report(resolver: Resolver, log: RateLimitedLogger): () => void {
  const undo = [
    resolver.on('hold', ({ name, reason, master }) => {
      log.write('warn', `${name}: commands for ${formatAddress(master)} are held (${reason})`);
    }),
    resolver.on('switch', (event) => log.write('log', moved(event))),
    resolver.on('release', (event) => log.write('log', released(event))),
    resolver.on('minority', ({ name, minority, reachable, known }) => {
      const seen = `${reachable} of ${known} sentinels are in sight`;
      if (minority) log.write('warn', `${name}: ${seen}, so that its master may be the wrong one`);
      else log.write('log', `${name}: ${seen} again`);
    }),
    resolver.on('stale-master', ({ name, address, master }) => {
      const text = `${name}: ${formatAddress(address)} still says that it is the master, which ${formatAddress(master)} is: what others write there will be lost`;
      log.limited('warn', `stale-master ${formatAddress(address)}`, text);
    }),
    resolver.on('error', (error) => log.limited('error', error.code, `${error.code}: ${error.message}`)),
  ];
  return () => undo.forEach((off) => off());
}

function moved({ name, from, to, reason, phases }: SwitchEvent): string {
  if (!from) return `${name}: the master is ${formatAddress(to)}`;
  const { heldAt, movedAt } = phases;
  const held =
    heldAt !== undefined && movedAt !== undefined ? `, held for ${Math.round(movedAt - heldAt)} ms` : '';
  return `${name}: moved from ${formatAddress(from)} to ${formatAddress(to)} (${reason}${held})`;
}

function released({ name, reason, master, heldMs }: ReleaseEvent): string {
  return `${name}: goes on at ${formatAddress(master)} after ${Math.round(heldMs)} ms (${reason})`;
}
