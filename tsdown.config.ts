import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsdown';

type Exports = Record<string, string | { '@switchmaster/source'?: string }>;

// Runs in a package's folder. What it builds is what its package.json exports, so that a new package needs no config.
const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Exports };

const entry = Object.values(exports).flatMap((target) =>
  typeof target === 'object' && target['@switchmaster/source'] ? [target['@switchmaster/source']] : [],
);

export default defineConfig({
  cwd: process.cwd(),
  entry,
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  // Node keeps the text of what it has loaded. Who reads it has the sources, and editors the declarations.
  outputOptions: { comments: { jsdoc: false } },
  logLevel: 'warn',
  failOnWarn: true,
  checks: { legacyCjs: false },
  // TypeScript 7 has no compiler API for a bundler to call: oxc writes the declarations, one file at a time.
  dts: { oxc: true, sourcemap: true },
  // What a package uses, it names: nothing of a sibling or a dependency is copied into it.
  deps: { onlyBundle: [] },
  outExtensions: ({ format }) =>
    format === 'cjs' ? { js: '.cjs', dts: '.d.cts' } : { js: '.mjs', dts: '.d.mts' },
});
