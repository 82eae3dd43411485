/** What is told of a client's connection. */
export interface ConnectionListener {
  ready(): void;
  lost(): void;
}

interface Emitter<Event extends string> {
  on(event: Event, listener: () => void): unknown;
}

/** Who listens to a client: many stores may share one, and Node warns where an emitter has many listeners. */
const audiences = new WeakMap<object, Set<ConnectionListener>>();

/** Tells `listener` of a client's connection until the returned function is called. */
export function listen<Event extends string>(
  client: Emitter<Event | 'ready' | 'error'>,
  lostEvents: readonly Event[],
  listener: ConnectionListener,
): () => void {
  let audience = audiences.get(client);
  if (!audience) {
    audience = new Set();
    audiences.set(client, audience);
    attach(client, lostEvents, audience);
  }
  // Its own object, so that each undo is its own.
  const member: ConnectionListener = { ready: () => listener.ready(), lost: () => listener.lost() };
  audience.add(member);
  return () => audience.delete(member);
}

function attach<Event extends string>(
  client: Emitter<Event | 'ready' | 'error'>,
  lostEvents: readonly Event[],
  audience: ReadonlySet<ConnectionListener>,
): void {
  client.on('ready', () => {
    for (const listener of [...audience]) listener.ready();
  });
  for (const event of lostEvents) {
    client.on(event, () => {
      for (const listener of [...audience]) listener.lost();
    });
  }
  // Without a listener the error of a connection would end the process.
  client.on('error', () => {});
}
