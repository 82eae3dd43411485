import { formatAddress } from '@switchmaster/core';
import Table from 'cli-table3';
import type { Colors, Output } from '../output.ts';
import { wrap } from '../wrap.ts';
import type { Diagnosis } from './examine.ts';
import { membersOf, type MemberLine } from './members.ts';
import { severities, type Severity } from './rule.ts';
import type { Survey } from './survey.ts';
import { count, list } from './words.ts';

const marks: Readonly<Record<Severity, string>> = { problem: '✗', warning: '!', note: 'i' };

/** The whole report. */
export function renderReport(survey: Survey, findings: readonly Diagnosis[], output: Output): string {
  const { colors } = output;
  const heading = colors.bold(survey.name);
  const parts = [
    heading,
    renderMembers(membersOf(survey), colors),
    ...findings.map((one) => renderFinding(one, output)),
  ];
  return [...parts, renderSum(findings, colors)].join('\n\n');
}

function renderMembers(members: readonly MemberLine[], colors: Colors): string {
  const table = new Table({
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: { ...noLines, left: '  ', middle: '   ' },
  });
  for (const { role, address, version, state } of members) {
    const shown = state === 'ok' ? colors.green(state) : colors.red(state);
    table.push([role, formatAddress(address), version ?? '', shown]);
  }
  return table.toString().replaceAll(/ +$/gm, '');
}

function renderFinding({ rule, severity, what, why, todo }: Diagnosis, { colors, width }: Output): string {
  const paint = painter(severity, colors);
  const paragraph = (label: string, text: string): string =>
    wrap(text, width - 7)
      .map((line, i) => `  ${colors.dim((i === 0 ? label : '').padEnd(5))}${line}`)
      .join('\n');
  const title = `${paint(`${marks[severity]} ${severity}`)}  ${colors.dim(rule)}`;
  const body = wrap(what, width - 2).map((line) => `  ${colors.bold(line)}`);
  return [title, ...body, paragraph('why', why), paragraph('do', todo)].join('\n');
}

function renderSum(findings: readonly Diagnosis[], colors: Colors): string {
  if (findings.length === 0) return colors.green('Nothing is wrong.');
  const counts = severities.flatMap((severity) => {
    const number = findings.filter((one) => one.severity === severity).length;
    return number === 0 ? [] : [painter(severity, colors)(count(number, severity))];
  });
  return `${list(counts)}.`;
}

function painter(severity: Severity, colors: Colors): (text: string) => string {
  return { problem: colors.red, warning: colors.yellow, note: colors.cyan }[severity];
}

const noLines = {
  ...{
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    mid: '',
    'mid-mid': '',
    left: '',
    'left-mid': '',
  },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', right: '', 'right-mid': '' },
};
