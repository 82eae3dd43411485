import { adapterConformance } from '@switchmaster/testing/conformance';
import * as library from 'redis';
import { describe, it } from 'vitest';
import { harness, options } from './harness.ts';

adapterConformance({ describe, it }, harness('node-redis 6, hosts', library), {
  ...options,
  cluster: { addressing: 'hosts' },
});
