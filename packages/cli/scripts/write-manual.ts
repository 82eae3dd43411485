// Writes docs/cli.md.

import { writeFile } from 'node:fs/promises';
import { renderManual } from './manual.ts';

await writeFile(new URL('../../../docs/cli.md', import.meta.url), renderManual());
