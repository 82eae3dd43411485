import { formatAddress } from '@switchmaster/core';
import type { WriterFigures } from '@switchmaster/testing';
import type { Output } from '../output.ts';
import { wrap } from '../wrap.ts';
import type { ClientName } from './clients/index.ts';
import { type FaultName, faults } from './faults.ts';
import { ttlSeconds } from './keys.ts';
import type { Scene } from './scene.ts';

/** What `--json` writes. Durations are in milliseconds. */
export interface Report {
  readonly fault: FaultName;
  readonly client: ClientName;
  readonly acknowledged: number;
  readonly lost: number;
  readonly failed: number;
  readonly hung: number;
  readonly longestGapMs: number;
  readonly errors: readonly string[];
}

export function reportOf(fault: FaultName, client: ClientName, figures: WriterFigures): Report {
  const { acked, lost, failed, hung, longestGapMs, errors } = figures;
  return { fault, client, acknowledged: acked, lost, failed, hung, longestGapMs, errors };
}

/** What is going to happen, for whoever has to agree. */
export function intention(
  scene: Scene,
  { fault, client, rate, prefix }: { fault: FaultName; client: ClientName; rate: number; prefix: string },
  width: number,
): string {
  const parts = [
    `writes ${rate} keys a second with ${client}, all of which begin with ${prefix}`,
    faults[fault].describe(scene),
    `looks every acknowledged key up on the master, and deletes them all (else they expire after ${ttlSeconds / 60} minutes)`,
  ];
  return [
    `Drill on ${scene.name}, whose master is ${formatAddress(scene.master)}:`,
    '',
    ...parts.flatMap((text) => wrap(text, width - 4).map((line, i) => `  ${i === 0 ? '-' : ' '} ${line}`)),
    '',
  ].join('\n');
}

export function render(report: Report, { colors }: Output): string {
  const { acknowledged, lost, failed, hung, longestGapMs, errors } = report;
  const count = (value: number): string => value.toLocaleString('en-US').padStart(9);
  const bad = (value: number): string => (value > 0 ? colors.red(count(value)) : colors.green(count(value)));
  return [
    `acknowledged ${count(acknowledged)}`,
    `lost         ${bad(lost)}  acknowledged, and not on the master`,
    `failed       ${bad(failed)}  rejected by the client`,
    `hung         ${bad(hung)}  never answered`,
    `outage       ${count(longestGapMs)}  ms, the longest time without an acknowledgement`,
    ...errors.map((error) => colors.dim(`             ${error}`)),
  ].join('\n');
}
