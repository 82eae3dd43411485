import { describe, expect, test } from 'vitest';
import { type Choice, parseArguments } from '../src/arguments.ts';
import { clients } from '../src/clients/index.ts';
import { sectionNames } from '../src/results.ts';
import { scenarios } from '../src/scenarios/index.ts';

function choiceOf(...argv: readonly string[]): Choice {
  const parsed = parseArguments(argv);
  if (parsed.kind !== 'run') throw new Error(`not a run, but ${JSON.stringify(parsed)}`);
  return parsed.choice;
}

test('without arguments everything is measured, and nothing written', () => {
  expect(choiceOf()).toEqual({
    sections: sectionNames,
    scenarios,
    clients,
    modes: ['serial', 'pipelined'],
    runs: undefined,
    json: undefined,
    report: false,
  });
});

test('--render measures nothing', () => {
  expect(parseArguments(['--render'])).toEqual({ kind: 'render' });
});

test('who names scenarios wants no other section', () => {
  expect(choiceOf('--scenario', 'S1').sections).toEqual(['faults']);
  expect(choiceOf('--scenario', 'S1', '--section', 'faults,latency').sections).toEqual(['faults', 'latency']);
});

test('lists keep our order, take spaces, and name nothing twice', () => {
  const ids = choiceOf('--scenario', 'S3, S1,S3').scenarios.map(({ id }) => id);
  expect(ids).toEqual(['S1', 'S3']);
});

test('the number of a scenario with variants is all of them', () => {
  const ids = choiceOf('--scenario', 'S7').scenarios.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(1);
  expect(ids.every((id) => /^S7[a-z]$/.test(id))).toBe(true);
});

test('a kind is all clients of that kind', () => {
  const chosen = choiceOf('--client', 'oracle,haproxy').clients;
  expect(new Set(chosen.map(({ kind }) => kind))).toEqual(new Set(['oracle', 'peer']));
  expect(chosen).toHaveLength(3);
});

test('--list names every scenario and every client', () => {
  const parsed = parseArguments(['--list']);
  const text = parsed.kind === 'text' ? parsed.text : '';
  for (const { id } of scenarios) expect(text).toContain(`${id} `);
  for (const { name } of clients) expect(text).toContain(name);
});

describe('a bad argument is one clear line:', () => {
  test.each([
    [['--scenario', 'S99'], /--scenario.*'S99'.*S1, S2/],
    [['--client', 'nobody'], /--client.*'nobody'.*switchmaster-ioredis6/],
    [['--mode', 'parallel'], /--mode.*'parallel'.*serial, pipelined/],
    [['--section', 'all'], /--section.*'all'.*faults, throughput/],
    [['--runs', '0'], /--runs.*'0'.*whole number from 1/],
    [['--runs', '1.5'], /--runs.*'1\.5'.*whole number from 1/],
    [['--json'], /--json.*expected a value/],
    [['--fast'], /--fast.*expected --section/],
    [['S1'], /expected options only.*'S1'/],
  ])('%j', (argv, message) => {
    const parsed = parseArguments(argv);
    expect(parsed.kind).toBe('error');
    expect(parsed.kind === 'error' && parsed.text).toMatch(/^error: [^\n]+\n$/);
    expect(parsed.kind === 'error' && parsed.text).toMatch(message);
  });
});
