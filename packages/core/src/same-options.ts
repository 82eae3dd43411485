import { addressKey } from './address.ts';
import { AskedCredentials, type CredentialsSource } from './credentials.ts';
import type { CheckedResolverOptions, CheckedSetOptions } from './options.ts';
import type { CheckedServer } from './server-options.ts';

/** Whether two resolvers of one sentinel set would ask the same nodes in the same way, and judge alike. */
export function isSameWatch(a: CheckedResolverOptions, b: CheckedResolverOptions): boolean {
  return (
    isSameServer(a.node, b.node) &&
    isAlike(a.settings, b.settings) &&
    isAlike({ ...a, ...comparedApart }, { ...b, ...comparedApart })
  );
}

/** Whether two sets would talk to the same sentinels in the same way. */
export function isSameSet(a: CheckedSetOptions, b: CheckedSetOptions): boolean {
  const sentinels = a.sentinels.map(addressKey).join() === b.sentinels.map(addressKey).join();
  return (
    sentinels &&
    isSameServer(a.server, b.server) &&
    isAlike(a.backoff, b.backoff) &&
    isAlike({ ...a, ...comparedApart }, { ...b, ...comparedApart })
  );
}

const comparedApart = {
  sentinels: undefined,
  ...{ node: undefined, settings: undefined },
  ...{ server: undefined, backoff: undefined },
};

function isSameServer(a: CheckedServer, b: CheckedServer): boolean {
  const tls = a.tls === b.tls || (a.tls !== undefined && b.tls !== undefined && isAlike(a.tls, b.tls));
  return tls && a.lookup === b.lookup && areSameCredentials(a.credentials, b.credentials);
}

function areSameCredentials(a: CredentialsSource, b: CredentialsSource): boolean {
  if (a instanceof AskedCredentials) return b instanceof AskedCredentials && a.asksAs(b);
  return !(b instanceof AskedCredentials) && isAlike(a, b);
}

/** By identity: two certificates that look alike are read again rather than taken for the same. */
function isAlike(a: object, b: object): boolean {
  const others = new Map<string, unknown>(Object.entries(b));
  const mine = Object.entries(a);
  return mine.length === others.size && mine.every(([key, value]) => Object.is(value, others.get(key)));
}
