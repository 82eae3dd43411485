import type { Section } from '../section.ts';
import { fanOut } from './fan-out.ts';
import { latency } from './latency.ts';
import { resources } from './resources.ts';
import { throughput } from './throughput.ts';

/** What is measured while nothing fails, and how many can follow when something does. */
export const loadSections: readonly Section[] = [throughput, latency, resources, fanOut];
