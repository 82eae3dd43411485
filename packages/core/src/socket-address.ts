import type { Socket } from 'node:net';
import type { NodeAddress } from './address.ts';

const mark: unique symbol = Symbol.for('switchmaster.address');

export function markAddress(socket: Socket, address: NodeAddress): Socket {
  return Object.assign(socket, { [mark]: address });
}

/** The announced address of the node that a socket from {@link Resolver.connect} leads to. */
export function addressOf(socket: Socket): NodeAddress | undefined {
  return (socket as Socket & { readonly [mark]?: NodeAddress })[mark];
}
