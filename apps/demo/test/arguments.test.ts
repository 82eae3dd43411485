import { describe, expect, test } from 'vitest';
import { parseArguments } from '../src/arguments.ts';

const everything = {
  faults: ['failover', 'kill', 'freeze'],
  clients: ['switchmaster-ioredis', 'ioredis', 'switchmaster-node-redis', 'node-redis'],
  json: false,
};

describe('what is asked for', () => {
  test.each([
    ['nothing', [], {}],
    ['--json', ['--json'], { json: true }],
    ['the dashes that pnpm hands on', ['--', '--json'], { json: true }],
    ['one fault', ['--fault', 'kill'], { faults: ['kill'] }],
    [
      'several, in our order and once each',
      ['--fault=freeze,failover,freeze'],
      { faults: ['failover', 'freeze'] },
    ],
    ['one client', ['--client', 'ioredis'], { clients: ['ioredis'] }],
  ])('%s', (_, argv, choice) => {
    expect(parseArguments(argv)).toEqual({ kind: 'run', choice: { ...everything, ...choice } });
  });

  test.each([['--help'], ['-h']])('%s', (option) => {
    const parsed = parseArguments([option]);
    expect(parsed.kind).toBe('help');
    expect(parsed).toHaveProperty('text', expect.stringContaining('--fault <names>'));
  });
});

describe('a mistake is named in one line: the option, what was expected, what came', () => {
  test.each([
    [
      ['--fault', 'fire'],
      ['--fault', 'failover, kill, freeze', "'fire'"],
    ],
    [
      ['--fault', 'kill,'],
      ['--fault', 'failover, kill, freeze', "'kill,'"],
    ],
    [
      ['--client', 'redis'],
      ['--client', 'switchmaster-ioredis, ioredis', "'redis'"],
    ],
    [['--client'], ['--client', 'one or more names', 'nothing']],
    [['--quick'], ["'--quick'", '--fault, --client, --json or --help']],
    [['now'], ["'now'", '--fault, --client, --json or --help']],
  ])('%j', (argv, words) => {
    const parsed = parseArguments(argv);
    const text = parsed.kind === 'error' ? parsed.text : '';
    expect(text).toMatch(/^error: .+\n$/);
    for (const word of words) expect(text).toContain(word);
  });
});
