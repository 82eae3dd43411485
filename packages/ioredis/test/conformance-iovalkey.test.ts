import { Redis } from 'iovalkey';
import { conformance } from './harness.ts';

conformance('iovalkey', Redis);
