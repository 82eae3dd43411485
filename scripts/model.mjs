// pnpm model [--runs n] [--seed n] [--kind sentinel|nonsense] [--path p]: simulated failovers; see docs/model.md.

import { runNode } from './run.mjs';

const loader = ['--conditions=@switchmaster/source', '--import=tsx'];
runNode([...loader, 'packages/core/test/model/main.ts', ...process.argv.slice(2)]);
