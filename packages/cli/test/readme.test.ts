import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rules } from '../src/doctor/rules/index.ts';
import { exitCodes } from '../src/exit-code.ts';
import { createProgram } from '../src/main.ts';
import { leaveNothingBehind } from './doctor-support.ts';
import { aContext, runProgram } from './program.ts';

leaveNothingBehind();

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const lines = [...readme.matchAll(/^```sh\n([^]*?)^```$/gm)]
  .flatMap(([, block = '']) => block.split('\n'))
  .filter((line) => /(^|\s)switchmaster /.test(line));
/** Commands that ask, and those that ask once; the others do something to a deployment, and have tests of their own. */
const harmless = lines.filter((line) => / doctor | watch .*--once/.test(` ${line} `));

let cluster: Cluster;
let folder: string;

beforeAll(async () => {
  cluster = await startCluster();
  folder = await mkdtemp(join(tmpdir(), 'switchmaster-cli-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await cluster.stop();
});

/** A command line as a shell would take it apart, with the sentinels of the test. */
function parse(line: string): { env: Record<string, string>; argv: string[] } {
  const [before = '', after = ''] = withSentinels(line.replace(/\s+#.*/, '')).split(/(?:npx )?switchmaster /);
  const words = (text: string): string[] =>
    [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word = '']) => quoted ?? word);
  const given = words(before).map((pair): [string, string] => {
    const [name = '', value = ''] = pair.split('=');
    return [name, value];
  });
  const elsewhere = { SWITCHMASTER_URL: withSentinels('redis+sentinel://s1:26379/mymaster') };
  return { env: given.length > 0 ? Object.fromEntries(given) : elsewhere, argv: words(after) };
}

function withSentinels(text: string): string {
  return text.replaceAll(/\bs([123]):26379/g, (_, number: string) => {
    const { host, port } = cluster.sentinels[Number(number) - 1] ?? { host: '', port: 0 };
    return `${host}:${port}`;
  });
}

describe('the README', () => {
  it.each(lines)('knows the flags of: %s', (line) => {
    const [name = '', ...rest] = parse(line).argv;
    const program = createProgram(aContext().context);
    const command = program.commands.find((one) => one.name() === name);
    expect(command?.parseOptions(rest)).toEqual({ operands: [], unknown: [] });
  });

  it.each(harmless)('runs: %s', async (line) => {
    const { env, argv } = parse(line);
    const { code, stdout, stderr } = await runProgram(argv, { env });
    expect(stderr).toBe('');
    expect(stdout).toContain('mymaster');
    expect([exitCodes.ok, exitCodes.failed]).toContain(code);
  });

  it('has a config file that works', async () => {
    const [, content = ''] = /^```json\n([^]*?)^```$/m.exec(readme) ?? [];
    const config = join(folder, 'switchmaster.json');
    await writeFile(config, withSentinels(content));
    const { code } = await runProgram(['doctor', '--config', config, '--fail-on', 'never']);
    expect(code).toBe(exitCodes.ok);
  });

  it('names every rule, with what it looks for', () => {
    const [, table = ''] =
      /<!-- rules -->\n([^]*?)\n\n/.exec(readme.replace('<!-- rules -->\n\n', '<!-- rules -->\n')) ?? [];
    const rows = [...table.matchAll(/^\| `(.*?)` *\| (.*?) *\|$/gm)].map(([, name, summary]) => [
      name,
      summary,
    ]);
    expect(rows).toEqual(rules.map(({ name, summary }) => [name, summary]));
  });

  it('gives the exit codes', () => {
    const [, section = ''] = readme.split('## In scripts');
    const codes = [...section.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(exitCodes));
  });
});
