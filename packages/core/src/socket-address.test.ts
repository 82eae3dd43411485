import { Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { addressOf, markAddress } from './socket-address.ts';

describe('addressOf', () => {
  it('is the address that a socket was marked with', () => {
    const socket = new Socket();
    expect(markAddress(socket, { host: 'r1', port: 6379 })).toBe(socket);
    expect(addressOf(socket)).toEqual({ host: 'r1', port: 6379 });
  });

  it('is that of another copy of this package as well', () => {
    const marked = Object.assign(new Socket(), {
      [Symbol.for('switchmaster.address')]: { host: 'r1', port: 6379 },
    });
    expect(addressOf(marked)).toEqual({ host: 'r1', port: 6379 });
  });

  it('is undefined for any other socket', () => {
    expect(addressOf(new Socket())).toBeUndefined();
  });

  it('does not get in the way of who lists the properties of sockets', () => {
    const socket = markAddress(new Socket(), { host: 'r1', port: 6379 });
    expect(Object.keys(socket)).toEqual(Object.keys(new Socket()));
    expect(inspect(socket)).toContain('Socket');
  });
});
