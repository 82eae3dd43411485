import { defineConfig } from 'vitest/config';

// The tests of what decides: no socket, no server, so that hundreds of mutants are tried in minutes.
export default defineConfig({
  resolve: { conditions: ['@switchmaster/source', 'module', 'node', 'development|production'] },
  test: {
    include: [
      'address',
      'backoff',
      'consensus',
      'diagnosis',
      'events',
      'follower',
      'same-options',
      'sentinel-messages',
      'snapshot',
      'topology',
    ].map((name) => `src/${name}.test.ts`),
  },
});
