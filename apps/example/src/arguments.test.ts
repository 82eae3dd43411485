import { expect, test } from 'vitest';
import { parseArguments } from './arguments.ts';

const defaults = {
  host: '127.0.0.1',
  port: 3000,
  replicas: 2,
  rate: 100,
  contrasts: true,
  json: false,
  soak: undefined,
};

test.each([
  { argv: [], choice: {} },
  { argv: ['--', '--port', '0', '--json'], choice: { port: 0, json: true } },
  {
    argv: ['--rate=20', '--no-contrasts', '--replicas', '4'],
    choice: { rate: 20, contrasts: false, replicas: 4 },
  },
  { argv: ['--soak', '0.5'], choice: { soak: { minutes: 0.5, seed: 1 } } },
  { argv: ['--soak', '120', '--seed', '7'], choice: { soak: { minutes: 120, seed: 7 } } },
])('$argv are read', ({ argv, choice }) => {
  expect(parseArguments(argv)).toEqual({ kind: 'run', choice: { ...defaults, ...choice } });
});

test.each([
  { argv: ['--port', '70000'], says: ['--port', "'70000'", '0 to 65535'] },
  { argv: ['--rate', 'fast'], says: ['--rate', "'fast'", '1 to 1000'] },
  { argv: ['--replicas', '0'], says: ['--replicas', "'0'", '1 to 8'] },
  { argv: ['--soak', '-1'], says: ['--soak', 'minutes above 0'] },
  { argv: ['--soak'], says: ['--soak', 'got nothing'] },
  { argv: ['--prot', '1'], says: ['--prot', '--port'] },
  { argv: ['3000'], says: ['options only', "'3000'"] },
])('$argv get one error, in one line', ({ argv, says }) => {
  const parsed = parseArguments(argv);
  expect(parsed).toEqual({ kind: 'error', text: expect.stringMatching(/^error: .*\n$/) as string });
  for (const part of says) expect(parsed).toHaveProperty('text', expect.stringContaining(part));
});

test('--help names every option', () => {
  const parsed = parseArguments(['--help']);
  expect(parsed.kind).toBe('help');
  for (const option of [
    '--host',
    '--port',
    '--replicas',
    '--rate',
    '--no-contrasts',
    '--json',
    '--soak',
    '--seed',
  ])
    expect(parsed).toHaveProperty('text', expect.stringContaining(option));
});
