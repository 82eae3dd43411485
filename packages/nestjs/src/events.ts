import type {
  HoldEvent,
  MinorityEvent,
  ReleaseEvent,
  Resolver,
  SentinelEvent,
  StaleMasterEvent,
  SwitchEvent,
} from '@switchmaster/core';

/** What is used of an event emitter, such as that of `@nestjs/event-emitter`. */
export interface EventSink {
  emit(event: string, payload: unknown): unknown;
}

/** Which connection an event is about. */
export interface OfConnection {
  readonly connectionName: string;
}

/**
 * The events that go to the option `events`, by name.
 *
 * @example
 * @OnEvent('switchmaster.switch')
 * onSwitch({ connectionName, to }: SwitchmasterEvents['switchmaster.switch']) {}
 */
export interface SwitchmasterEvents {
  'switchmaster.hold': HoldEvent & OfConnection;
  'switchmaster.switch': SwitchEvent & OfConnection;
  'switchmaster.release': ReleaseEvent & OfConnection;
  'switchmaster.stale-master': StaleMasterEvent & OfConnection;
  'switchmaster.minority': MinorityEvent & OfConnection;
  'switchmaster.sentinel': SentinelEvent & OfConnection;
}

const names = ['hold', 'switch', 'release', 'stale-master', 'minority', 'sentinel'] as const;

/** Passes a resolver's events on until the returned function is called. */
export function passOn(resolver: Resolver, connectionName: string, emit: EventSink['emit']): () => void {
  const undo = names.map((name) =>
    resolver.on(name, (event) => void emit(`switchmaster.${name}`, { connectionName, ...event })),
  );
  return () => undo.forEach((off) => off());
}
