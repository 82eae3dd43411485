import { createServers, type NodeAddress } from '@switchmaster/core';
import type { ConnectionOptions } from '../../connection-options.ts';
import { UsageError } from '../../errors.ts';

/** Where the sentinels are, for clients that follow them by themselves. */
export function sentinelsOf(deployment: ConnectionOptions): NodeAddress[] {
  const { sentinels } = deployment;
  if (typeof sentinels === 'string' && !/^redis\+sentinel:\/\/[^@]*$/.test(sentinels)) {
    throw new UsageError(
      '--url: expected flags for TLS and the password of sentinels, which this client needs apart',
    );
  }
  return [...createServers(deployment).sentinels];
}

/** TLS as both clients take it. */
export function tlsOf(tls: ConnectionOptions['node']['tls']): object | undefined {
  if (tls === true) return {};
  return typeof tls === 'object' ? tls : undefined;
}

/** Leaves out what is not given: an option that is `undefined` overrides a default. */
export function given(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
