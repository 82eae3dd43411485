import { expect, test } from 'vitest';
import { RateLimitedLogger } from './rate-limited-logger.ts';

test('the first of a kind at once, then one each ten seconds that counts the others', () => {
  let now = 0;
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(`${now}: ${line}`);
  const log = new RateLimitedLogger({ log: write, warn: write, error: write }, 10_000, () => now);
  for (; now < 25_000; now += 1000) log.limited('warn', 'lost', 'lost it');
  log.limited('warn', 'other', 'something else');
  expect(lines).toEqual([
    '0: lost it',
    '10000: lost it (9 more like it since the last one)',
    '20000: lost it (9 more like it since the last one)',
    '25000: something else',
  ]);
});

test('without a logger it is silent', () => {
  expect(() => new RateLimitedLogger(undefined).write('error', 'nobody hears this')).not.toThrow();
});
