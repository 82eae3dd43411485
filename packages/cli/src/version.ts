import { readFileSync } from 'node:fs';

// The same path from `src` and from `dist`.
const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');

export const version: string = (JSON.parse(manifest) as { readonly version: string }).version;
