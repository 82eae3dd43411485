import { addressKey, formatAddress, type NodeAddress } from './address.ts';
import { isPending, nominations } from './consensus.ts';
import { asSwitchmasterError, SwitchmasterError, type SwitchmasterErrorCode } from './errors.ts';
import type { Topology } from './topology.ts';

/** Why there is no master to give, as far as is known. */
export function diagnose(name: string, t: Topology): SwitchmasterError {
  const views = [...t.sentinels.values()];
  const answering = views.filter((view) => view.state === 'connected' && view.report);
  if (answering.length === 0) return unreachable(name, t);
  const [best] = nominations(t.sentinels);
  const named = best?.address ?? t.master;
  if (named === undefined) {
    const asked = list(answering.map((view) => view.address));
    const message = `no master named '${name}' is known to ${asked}; check \`name\` against \`sentinel monitor\` there`;
    return new SwitchmasterError('NAME_UNKNOWN', message);
  }
  return aboutNode(name, t, named);
}

/** Whether waiting is pointless: everybody has answered, and the answer is that the options are wrong. */
export function isHopeless(t: Topology, diagnosis: SwitchmasterError): boolean {
  if (t.master !== undefined || [...t.sentinels.values()].some(isPending)) return false;
  return diagnosis.code === 'NAME_UNKNOWN' || diagnosis.code === 'AUTH_REFUSED';
}

const telling: ReadonlySet<SwitchmasterErrorCode> = new Set([
  'INVALID_OPTION',
  'AUTH_REFUSED',
  'PROTOCOL_ERROR',
  'ROLE_MISMATCH',
]);

/** An error that says what to mend tells more than one that says that a server is away. */
function unreachable(name: string, t: Topology): SwitchmasterError {
  const errors = [...t.sentinels.values()].flatMap(({ error }) =>
    error ? [asSwitchmasterError(error, 'SENTINELS_UNREACHABLE')] : [],
  );
  const best = errors.find(({ code }) => telling.has(code));
  if (best) return best;
  const asked = list([...t.sentinels.values()].map((view) => view.address));
  const why = errors.length > 0 ? `: ${errors.map(({ message }) => message).join('; ')}` : '';
  const message = `no sentinel answers for '${name}' (asked ${asked})${why}`;
  return new SwitchmasterError('SENTINELS_UNREACHABLE', message, { cause: errors[0] });
}

function aboutNode(name: string, t: Topology, address: NodeAddress): SwitchmasterError {
  const role = t.roles.get(addressKey(address));
  const who = `${formatAddress(address)}, which the sentinels name as the master '${name}'`;
  if (role?.kind === 'unreachable') {
    const cause = asSwitchmasterError(role.error, 'MASTER_UNREACHABLE');
    if (telling.has(cause.code)) return cause;
    return new SwitchmasterError('MASTER_UNREACHABLE', `${who}, gives no answer: ${cause.message}`, {
      cause,
    });
  }
  if (role?.kind === 'replica') {
    return new SwitchmasterError('ROLE_MISMATCH', `${who}, says that it is a replica`);
  }
  const state = t.hold ? `traffic is held (${t.hold.reason})` : 'it has not confirmed it yet';
  return new SwitchmasterError('TIMED_OUT', `no verified master '${name}' yet: ${who}: ${state}`);
}

function list(addresses: readonly NodeAddress[]): string {
  return addresses.map(formatAddress).join(', ');
}
