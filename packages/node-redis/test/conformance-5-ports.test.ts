import { adapterConformance } from '@switchmaster/testing/conformance';
import * as library from 'redis5';
import { describe, it } from 'vitest';
import { harness, options } from './harness.ts';

adapterConformance({ describe, it }, harness('node-redis 5, ports', library), {
  ...options,
  cluster: { addressing: 'ports' },
});
