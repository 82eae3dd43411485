import { defineConfig } from 'tsdown';

// A program and no library: one format, no declarations.
export default defineConfig({
  entry: ['src/bin.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warn',
  failOnWarn: true,
  dts: false,
  // What it uses, it names: nothing of a sibling or a dependency is copied into it.
  deps: { onlyBundle: [] },
  outExtensions: () => ({ js: '.mjs' }),
});
