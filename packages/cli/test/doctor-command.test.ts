import { type Cluster, startCluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaveNothingBehind } from './doctor-support.ts';
import { runProgram } from './program.ts';

leaveNothingBehind();

let cluster: Cluster;
let flags: string[];

beforeAll(async () => {
  cluster = await startCluster({
    replicas: 1,
    nodePassword: 'node secret',
    sentinelPassword: 'sentinel secret',
  });
  const sentinels = cluster.sentinels.map(({ host, port }) => `${host}:${port}`);
  flags = ['doctor', '--sentinel', sentinels.join(), '--name', cluster.name];
});
afterAll(() => cluster.stop());

const env = { SWITCHMASTER_NODE_PASSWORD: 'node secret', SWITCHMASTER_SENTINEL_PASSWORD: 'sentinel secret' };
const unmendable = ['--ignore', 'single-host,persistence,unconfirmed-replica'];

describe('the report', () => {
  it('says who is there, and what is wrong, why and what to do', async () => {
    const { code, stdout, stderr } = await runProgram([...flags, '--rule', 'min-replicas'], { env });
    expect(stdout).toMatch(/^mymaster\n\n {2}master +127\.0\.0\.1:\d+ +\d+\.\d+\.\d+ +ok\n {2}replica /);
    expect(stdout).toMatch(
      /! warning {2}min-replicas\n {2}min-replicas-to-write is 0 at .*\n {2}why {2}A master .*\n(.*\n)* {2}do {3}CONFIG SET /,
    );
    expect(stdout).toMatch(/\n\n1 warning\.\n$/);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('is one line of JSON with --json', async () => {
    const { stdout } = await runProgram([...flags, '--json', '--rule', 'min-replicas,quorum'], { env });
    expect(stdout.trimEnd()).not.toContain('\n');
    const report = JSON.parse(stdout) as { members: unknown[]; findings: unknown[] };
    expect(report.members).toHaveLength(5);
    expect(report.members[0]).toMatchObject({ role: 'master', state: 'ok' });
    const text: unknown = expect.any(String);
    expect(report.findings).toMatchObject([
      { rule: 'min-replicas', severity: 'warning', what: text, why: text, todo: text },
    ]);
  });

  it('has colours on a terminal only, and fits its width', async () => {
    let shown = '';
    const terminal = { isTTY: true, columns: 60, write: (text: string) => (shown += text) };
    await runProgram(flags, { env: { ...env, TERM: 'xterm' }, stdout: terminal });
    expect(shown).toContain('\u001B[');
    const { stdout } = await runProgram(flags, { env: { ...env, TERM: 'xterm' } });
    expect(stdout).not.toContain('\u001B[');
    let plain = '';
    const simple = { ...terminal, write: (text: string) => (plain += text) };
    await runProgram(flags, { env: { ...env, NO_COLOR: '1' }, stdout: simple });
    expect(plain).not.toContain('\u001B[');
    expect(Math.max(...plain.split('\n').map((line) => line.length))).toBeLessThan(60);
  });

  it('never holds a password', async () => {
    const { stdout, stderr } = await runProgram([...flags, '--json'], { env });
    expect(stdout + stderr).not.toContain('secret');
    const wrong = { ...env, SWITCHMASTER_NODE_PASSWORD: 'wrong secret' };
    const { stdout: text, code } = await runProgram(flags, { env: wrong });
    expect(text).toContain('own-rights');
    expect(text).not.toContain('secret');
    expect(code).toBe(1);
  });
});

describe('exit codes', () => {
  it.each<[string[], number]>([
    [['--fail-on', 'problem'], 0],
    [['--fail-on', 'never'], 0],
    [['--fail-on', 'note'], 1],
    [[...unmendable], 1],
    [['--ignore', 'min-replicas,single-host,persistence,unconfirmed-replica'], 0],
    [['--rule', 'quorum'], 0],
  ])('%j: %d', async (more, expected) => {
    expect((await runProgram([...flags, ...more], { env })).code).toBe(expected);
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown rule', ['--rule', 'nope'], /There is no rule 'nope'/],
    ['an unknown severity', ['--fail-on', 'maybe'], /Allowed choices are problem, warning, note, never/],
    ['an unknown flag', ['--fast'], /unknown option '--fast'/],
    ['an argument too much', ['s1'], /too many arguments/],
    ['a missing name', ['--name', ''], /--name: expected the master's name/],
  ])('2 with %s', async (_, more, message) => {
    const { code, stdout, stderr } = await runProgram([...flags, ...more], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it.each<[string, string[], RegExp]>([
    [
      'no sentinel answers',
      ['-s', '127.0.0.1:1', '-n', 'mymaster'],
      /sentinel 127\.0\.0\.1:1 cannot be reached/,
    ],
    ['none knows the name', [], /monitors a master named 'other'/],
    ['none lets us in', [], /refused us|NOAUTH|let us not in/],
  ])('3 when %s', async (what, argv, message) => {
    const given =
      argv.length > 0
        ? ['doctor', ...argv]
        : [...flags.slice(0, -1), what.includes('name') ? 'other' : cluster.name];
    const { code, stderr } = await runProgram(given, { env: what.includes('lets') ? {} : env });
    expect(stderr).toMatch(message);
    expect(code).toBe(3);
  });
});
