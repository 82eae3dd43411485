import { expectNoLeaks, snapshotHandles, type Cluster, type HandleCounts } from '@switchmaster/testing';
import { afterAll, beforeAll } from 'vitest';
import type { ConnectionOptions } from '../src/connection-options.ts';
import { openDeployment } from '../src/deployment.ts';
import { examine, type Diagnosis } from '../src/doctor/examine.ts';
import type { Survey } from '../src/doctor/survey.ts';
import { takeSurvey } from '../src/doctor/take-survey.ts';

/** To be called first in a file: nothing may be left when its tests are over. */
export function leaveNothingBehind(): void {
  let before: HandleCounts;
  beforeAll(() => {
    before = snapshotHandles();
  });
  afterAll(() => expectNoLeaks(before));
}

/** How the doctor reaches a cluster. The timeout is short, since some servers are frozen on purpose. */
export function optionsFor(
  { name, sentinels }: Pick<Cluster, 'name' | 'sentinels'>,
  more: Partial<ConnectionOptions> = {},
): ConnectionOptions {
  return {
    name,
    sentinels: sentinels.map(({ host, port }) => `${host}:${port}`),
    sentinel: {},
    node: {},
    mapAddress: (address) => address,
    connectTimeoutMs: 1000,
    commandTimeoutMs: 1000,
    ...more,
  };
}

export async function survey(options: ConnectionOptions): Promise<Survey> {
  const { signal } = new AbortController();
  using deployment = await openDeployment(options, signal);
  return await takeSurvey(deployment, signal);
}

/** What all rules together find. */
export async function findings(
  cluster: Pick<Cluster, 'name' | 'sentinels'>,
  more?: Partial<ConnectionOptions>,
): Promise<Diagnosis[]> {
  return examine(await survey(optionsFor(cluster, more)));
}

/** `severity rule` of each finding, which is what most tests are about. */
export function titles(found: readonly Diagnosis[]): string[] {
  return found.map(({ severity, rule }) => `${severity} ${rule}`);
}

/** What one rule finds. */
export function of(rule: string, found: readonly Diagnosis[]): Diagnosis[] {
  return found.filter((one) => one.rule === rule);
}
