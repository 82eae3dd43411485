import { channel } from 'node:diagnostics_channel';
import type {
  HoldEvent,
  MinorityEvent,
  ReleaseEvent,
  SentinelEvent,
  StaleMasterEvent,
  SwitchEvent,
} from './events.ts';

/** What is published on `node:diagnostics_channel`, under `switchmaster:<name>`. */
export interface DiagnosticMessages {
  hold: HoldEvent;
  switch: SwitchEvent;
  release: ReleaseEvent;
  sentinel: SentinelEvent;
  'stale-master': StaleMasterEvent;
  minority: MinorityEvent;
}

const channels = {
  hold: channel('switchmaster:hold'),
  switch: channel('switchmaster:switch'),
  release: channel('switchmaster:release'),
  sentinel: channel('switchmaster:sentinel'),
  'stale-master': channel('switchmaster:stale-master'),
  minority: channel('switchmaster:minority'),
};

export function publish<Name extends keyof DiagnosticMessages>(
  name: Name,
  message: DiagnosticMessages[Name],
): void {
  if (channels[name].hasSubscribers) channels[name].publish(message);
}
