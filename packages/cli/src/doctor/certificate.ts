import { checkServerIdentity } from 'node:tls';
import type { Member } from '../deployment.ts';
import type { Certificate } from './survey.ts';

/** What clients see who dial the announced address, whatever name we were told to expect. */
export function certificateOf({ address, connection }: Member): Certificate | undefined {
  const certificate = connection?.certificate;
  if (!certificate?.valid_to) return undefined;
  return {
    validUntil: Date.parse(certificate.valid_to),
    mismatch: checkServerIdentity(address.host, certificate)?.message,
  };
}
