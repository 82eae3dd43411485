import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderManual } from '../scripts/manual.ts';

it('docs/cli.md is what the commands say of themselves; "pnpm --filter switchmaster run manual" writes it', async () => {
  const written = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  expect(written).toBe(renderManual());
});
