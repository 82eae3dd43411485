import type { TimedMove } from './messages.ts';
import type { Entry } from './timeline.ts';

/** How a client came through a failover. Times are in milliseconds after the fault. */
export interface Journey {
  readonly heldMs: number | undefined;
  readonly movedMs: number | undefined;
  readonly firstWriteMs: number | undefined;
}

/** Finds a client's steps from the old master to another one. */
export function journeyOf(moves: readonly TimedMove[], faultAt: number, oldMaster: string): Journey {
  const after = moves.filter(({ at }) => at >= faultAt);
  const msOf = (move: TimedMove | undefined): number | undefined => move && move.at - faultAt;
  const arrival = after.findIndex((move) => move.kind === 'connected' && move.to !== oldMaster);
  const arrived = arrival < 0 ? [] : after.slice(arrival);
  return {
    heldMs: msOf(after.find(({ kind }) => kind === 'held')),
    movedMs: msOf(arrived[0]),
    firstWriteMs: msOf(arrived.find(({ kind }) => kind === 'first-ack')),
  };
}

/** The steps as lines of a timeline. */
export function clientEntries(
  client: string,
  moves: readonly TimedMove[],
  faultAt: number,
  oldMaster: string,
): Entry[] {
  let connectedTo = oldMaster;
  let connected = true;
  return moves.flatMap((move): Entry[] => {
    const entry = (what: string): Entry[] => [{ atMs: move.at - faultAt, who: client, what }];
    if (move.at < faultAt) return [];
    switch (move.kind) {
      case 'held':
        return entry('holds its writes');
      case 'released':
        return entry('goes on where it was');
      case 'disconnected': {
        // Each attempt to reconnect that fails says so again.
        const news = connected;
        connected = false;
        return news ? entry('connection closed') : [];
      }
      case 'connected':
        connected = true;
        connectedTo = move.to;
        return entry(describeArrival(move.to, oldMaster));
      case 'first-ack':
        return connectedTo === oldMaster ? [] : entry('first reply from there');
    }
  });
}

function describeArrival(to: string, oldMaster: string): string {
  return to === oldMaster ? `is back on the old master, ${to}` : `moves to ${to}`;
}
