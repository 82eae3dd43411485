import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { renderReport } from '../src/report/document.ts';
import { paths } from '../src/report/index.ts';
import { table } from '../src/report/markdown.ts';
import { showFigure } from '../src/report/numbers.ts';
import { quotes, withQuotes } from '../src/report/readme.ts';
import { isAhead } from '../src/report/select.ts';
import { merge, readSource, serialize, type Source } from '../src/report/source.ts';
import type { ClientResult, Results, Run, ScenarioResult } from '../src/results.ts';
import { summarize } from '../src/statistics.ts';

const outage = { name: 'outage', title: 'outage', unit: 'ms', better: 'lower' } as const;

function clientWith(
  client: string,
  values: readonly (number | null)[],
  kind: ClientResult['kind'] = 'ours',
): ClientResult {
  const runs = values.map((value, i): Run => ({ run: i + 1, figures: { outage: value }, loadAverage: 1 }));
  return { client, kind, library: 'ioredis', runs, apart: [], summary: summarize(runs) };
}

function scenario(name: string, clients: readonly ClientResult[]): ScenarioResult {
  return { scenario: name, variant: 'serial', title: name, figures: [outage], clients, notes: [] };
}

function resultsOf(faults: readonly ScenarioResult[]): Results {
  const machine = {
    ...{
      cpu: 'a processor',
      cores: 2,
      memoryBytes: 2 ** 30,
      platform: 'linux',
      versions: { node: '20.19.0' },
    },
    loadAverage: { atStart: 0, atEnd: 1 },
  };
  return {
    startedAt: '2026-01-01T00:00:00.000Z',
    command: '--report',
    machine,
    sections: { faults },
    failures: [],
  };
}

describe('what is in the repository', () => {
  test('docs/benchmark.md and its plots are what the kept results give', async () => {
    const { document, plots } = renderReport(await readSource(paths.source));
    expect(await readFile(paths.document, 'utf8')).toBe(document);
    const files = await readdir(paths.folder);
    expect(files.filter((name) => name.endsWith('.svg')).toSorted()).toEqual(Object.keys(plots).toSorted());
    for (const [name, svg] of Object.entries(plots)) {
      expect(await readFile(`${paths.folder}${name}`, 'utf8')).toBe(svg);
      expect(document).toContain(`benchmark/${name}`);
    }
  });

  test('the README quotes the kept results', async () => {
    const readme = await readFile(paths.readme, 'utf8');
    const all = quotes(await readSource(paths.source));
    expect(Object.keys(all)).toEqual(['planned', 'load']);
    expect(withQuotes(readme, all)).toBe(readme);
  });
});

test('what was measured anew replaces the same of before, and nothing else', () => {
  const before = merge(
    {},
    resultsOf([scenario('S1', [clientWith('a', [1])]), scenario('S2', [clientWith('a', [2])])]),
  );
  const after = merge(before, resultsOf([scenario('S1', [clientWith('a', [7])])]));
  const medians = after.faults?.results.map((one) => [
    one.scenario,
    one.clients[0]?.summary['outage']?.median,
  ]);
  expect(medians).toEqual([
    ['S1', 7],
    ['S2', 2],
  ]);
});

test('of what several commands measured the report names each, and what the newest could not measure', () => {
  const first = originated('S1', '2026-01-01T10:00:00.000Z', '--scenario S1 --json /a/b.json');
  const second = originated('S2', '2026-01-01T11:00:00.000Z', '--scenario S2,S3');
  const failures = [{ section: 'faults', part: 'S3, run 1', message: 'at /a/b' }] as const;
  const source = merge(merge({}, resultsOf([first])), { ...resultsOf([second]), failures });
  const { document } = renderReport(source);
  expect(document).toMatch(/faults +\| 2026-01-01 10:00 +\| `bench --scenario S1` /);
  expect(document).toMatch(/faults +\| 2026-01-01 11:00 +\| `bench --scenario S2,S3` /);
  expect(document).toContain('Not measured in faults, because of an error: S3, run 1.');
  expect(serialize(source)).not.toContain('/a/b');
});

test('what was measured on several machines says on which', () => {
  const first = originated('S1', '2026-01-01T10:00:00.000Z', '--scenario S1');
  const second = originated('S2', '2026-01-01T11:00:00.000Z', '--scenario S2');
  const elsewhere = resultsOf([second]);
  const machine = { ...elsewhere.machine, cpu: 'another processor' };
  const one = merge(merge({}, resultsOf([first])), resultsOf([second]));
  expect(renderReport(one).document).not.toContain('On 2 machines');
  const source = merge(merge({}, resultsOf([first])), { ...elsewhere, machine });
  const { document } = renderReport(source);
  expect(document).toMatch(/- 1: a processor, .*\n- 2: another processor, /);
  expect(document).toMatch(/`bench --scenario S1` .* 1 \|\n.*`bench --scenario S2` .* 2 \|/);
  const again = merge(source, resultsOf([originated('S1', '2026-01-01T12:00:00.000Z', '--scenario S1')]));
  expect(renderReport(again).document).toMatch(
    /- 1: a processor, .*\n- 2: another processor, [^]*S1` .* 1 \|\n.*S2` .* 2 \|/,
  );
});

function originated(name: string, startedAt: string, command: string): ScenarioResult {
  const origin = { startedAt, command, loadAverage: { atStart: 0, atEnd: 1 } };
  return { ...scenario(name, [clientWith('a', [1])]), origin };
}

test('kept results are read as they were, but for digits that mean nothing', () => {
  const source = merge({}, resultsOf([scenario('S1', [clientWith('a', [1.23456789, null])])]));
  const read = JSON.parse(serialize(source)) as Source;
  expect(read.faults?.results[0]?.clients[0]?.runs.map(({ figures }) => figures['outage'])).toEqual([
    1.2346,
    null,
  ]);
  expect(read.faults?.machine).toEqual(source.faults?.machine);
});

test('a client that did not write again in some runs is not shown as if it had', () => {
  expect(showFigure(clientWith('a', [100, 300]), outage)).toBe('200 (100–300)');
  expect(showFigure(clientWith('a', [100, null]), outage)).toBe('100, never in 1');
  expect(showFigure(clientWith('a', [null, null]), outage)).toBe('never');
  expect(showFigure(clientWith('a', []), outage)).toBe('–');
});

describe('a client is ahead', () => {
  const cases: [why: string, one: (number | null)[], other: (number | null)[], ahead: boolean][] = [
    ['when its worst run is better than the best of the other', [10, 20], [50, 60], true],
    ['when the other never wrote again', [10, 20], [null, null], true],
    ['not by chance', [10, 35], [30, 40], false],
    ['not by less than can be measured', [10, 20], [30, 40], false],
    ['not after a single run', [10], [100], false],
    ['not when it is behind', [50, 60], [10, 20], false],
    ['not when it never wrote again itself', [null, null], [10, 20], false],
  ];
  test.each(cases)('%s', (_, one, other, ahead) => {
    expect(isAhead(clientWith('one', one), clientWith('other', other), outage)).toBe(ahead);
  });
});

test('lines on which we are behind are named, with the reason where one is known, and nothing is named where we are not', () => {
  const ours = clientWith('switchmaster-x', [50, 60]);
  const clients = [ours, clientWith('switchmaster-y', [70, 80]), clientWith('swift', [10, 20], 'peer')];
  const behind = merge({}, resultsOf([scenario('S1', clients), scenario('S3', clients)]));
  expect(renderReport(behind).document).toContain(
    'S1 serial, outage: `switchmaster-x` 55 (50–60), `switchmaster-y` 75 (70–80); `swift` 15 (10–20).\n',
  );
  expect(renderReport(behind).document).toMatch(
    /Ours stop writing [^-]*\n\n- S3 serial, outage: .* `swift` 15 \(10–20\)\.\n/,
  );
  const ahead = merge({}, resultsOf([scenario('S1', [ours, clientWith('slow', [100, 200], 'peer')])]));
  expect(renderReport(ahead).document).toMatch(/## Where we are not first\n\n[^#]*\n\nNone\.\n/);
});

test('a table is as wide as its widest cells, and a cell cannot break out of it', () => {
  const columns = [
    { head: 'who', align: 'left', cell: (text: string) => text },
    { head: 'length', cell: (text: string) => `${text.length}` },
  ] as const;
  expect(table(['ada', 'a|b'], columns).split('\n')).toEqual([
    '| who  | length |',
    '| ---- | -----: |',
    '| ada  |      3 |',
    '| a\\|b |      3 |',
  ]);
});

test('a quote without markers is an error that names them', () => {
  const text = '<!-- benchmark:planned -->old<!-- /benchmark -->';
  expect(withQuotes(text, { planned: 'new' })).toBe(
    '<!-- benchmark:planned -->\n\nnew\n\n<!-- /benchmark -->',
  );
  expect(() => withQuotes('nothing', { planned: 'new' })).toThrow('<!-- benchmark:planned -->');
});
