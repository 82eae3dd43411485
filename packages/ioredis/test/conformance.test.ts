import { Redis } from 'ioredis';
import { conformance } from './harness.ts';

conformance('ioredis 6', Redis);
