import { describe, expect, it } from 'vitest';
import { encodeCommand, encodePipeline } from './encoder.ts';

describe('encodeCommand', () => {
  it.each([
    [['PING'], '*1\r\n$4\r\nPING\r\n'],
    [['HELLO', 3], '*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n'],
    [['AUTH', ''], '*2\r\n$4\r\nAUTH\r\n$0\r\n\r\n'],
    [['AUTH', 'ü€😀'], '*2\r\n$4\r\nAUTH\r\n$9\r\nü€😀\r\n'],
    [['ECHO', 'a\r\nb $1'], '*2\r\n$4\r\nECHO\r\n$7\r\na\r\nb $1\r\n'],
  ])('%j', (args, wire) => {
    expect(encodeCommand(args)).toBe(wire);
  });

  it('announces the bytes that UTF-8 makes of half a surrogate pair', () => {
    const wire = Buffer.from(encodeCommand(['\ud83d']));
    expect(wire.toString('latin1')).toBe('*1\r\n$3\r\n\xef\xbf\xbd\r\n');
  });

  it('refuses a command without a name', () => {
    expect(() => encodeCommand([])).toThrow(TypeError);
  });
});

describe('encodePipeline', () => {
  it('puts commands one after the other', () => {
    expect(encodePipeline([['PING'], ['ROLE']])).toBe('*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nROLE\r\n');
    expect(encodePipeline([])).toBe('');
  });
});
