import { Redis } from 'ioredis5';
import { conformance } from './harness.ts';

conformance('ioredis 5', Redis);
