import { kill } from './s01-kill.ts';
import { freeze } from './s02-freeze.ts';
import { planned } from './s03-planned.ts';
import { masterAndSentinel } from './s04-master-and-sentinel.ts';
import { returning } from './s05-return.ts';
import { noSentinels } from './s06-no-sentinels.ts';
import { partitionMajority } from './s07a-partition-majority.ts';
import { partitionMinority } from './s07b-partition-minority.ts';
import { sentinelsReplaced } from './s08-sentinels-replaced.ts';
import { tenFailovers } from './s09-ten-failovers.ts';
import { coldStart } from './s10-cold-start.ts';
import { hungSentinel } from './s11-hung-sentinel.ts';
import { anotherName } from './s12-another-name.ts';
import type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [
  kill,
  freeze,
  planned,
  masterAndSentinel,
  returning,
  noSentinels,
  partitionMajority,
  partitionMinority,
  sentinelsReplaced,
  tenFailovers,
  coldStart,
  hungSentinel,
  anotherName,
];
