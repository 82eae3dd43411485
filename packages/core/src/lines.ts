import type { Socket } from 'node:net';
import { addressKey, formatAddress, sameAddress, type NodeAddress } from './address.ts';
import { after } from './clock.ts';
import { SwitchmasterError } from './errors.ts';
import { addressOf } from './socket-address.ts';

/**
 * The sockets that were handed out. A firewall, a NAT or a load balancer can forget connections without a word to
 * either end: then what is written is lost, and nobody says so for as long as TCP tries again, a quarter of an hour.
 */
export class Lines {
  readonly #open = new Set<Socket>();
  /** One for all sockets. Node calls it on the socket. */
  readonly #forget: (this: Socket) => void;
  /** The looks that are to come, by address: one node's dead line says nothing about another's. */
  readonly #looks = new Map<string, () => void>();

  constructor() {
    const open = this.#open;
    this.#forget = function forget() {
      open.delete(this);
    };
  }

  add(socket: Socket): void {
    this.#open.add(socket);
    socket.on('close', this.#forget);
  }

  /**
   * A line of our own to this node is dead though the node answers: those that hear nothing for `silentMs` more are
   * taken for dead as well, and are destroyed, so that their owners dial again.
   */
  cutSilent(address: NodeAddress, silentMs: number): void {
    const key = addressKey(address);
    const heard = [...this.#open].flatMap((socket) => {
      const leadsTo = addressOf(socket);
      return leadsTo && sameAddress(leadsTo, address) ? [{ socket, bytesRead: socket.bytesRead }] : [];
    });
    this.#looks.get(key)?.();
    const look = after(silentMs, () => {
      this.#looks.delete(key);
      for (const { socket, bytesRead } of heard) {
        if (socket.bytesRead === bytesRead) socket.destroy(deadLine(address));
      }
    });
    this.#looks.set(key, look);
  }

  /** What was handed out is left to its owners. */
  close(): void {
    for (const cancel of this.#looks.values()) cancel();
    this.#looks.clear();
  }
}

function deadLine(address: NodeAddress): SwitchmasterError {
  const what = `the connection to ${formatAddress(address)} is dead: the node answers others, and nothing came here`;
  return new SwitchmasterError('MASTER_UNREACHABLE', what);
}
