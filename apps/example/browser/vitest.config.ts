import { defineConfig, type ViteUserConfig } from 'vitest/config';

const conditions = ['@switchmaster/source', 'module', 'node', 'development|production'];

const config: ViteUserConfig = defineConfig({
  cacheDir: '../../../node_modules/.vite/browser',
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: 'browser',
    include: ['*.test.{ts,js}'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // An old master is demoted ten seconds after a failover, by Sentinel's own clock: nothing here waits for time.
    retry: process.env['CI'] ? 1 : 0,
  },
});

export default config;
