import { closing } from './closing.ts';
import { crashes } from './crash.ts';
import { demotions } from './demotion.ts';
import { features } from './features.ts';
import { leaders } from './leader.ts';
import { planned } from './planned.ts';
import { sentinels } from './sentinels.ts';
import { Trial, type Scenario } from './trial.ts';
import type {
  ConformanceHarness,
  ConformanceOptions,
  ConformanceResolver,
  ConformanceRunner,
  ConformanceSentinelSet,
} from './types.ts';

export type {
  ConformanceCapabilities,
  ConformanceClient,
  ConformanceFigures,
  ConformanceHarness,
  ConformanceOptions,
  ConformanceResolver,
  ConformanceResolverOptions,
  ConformanceRunner,
  ConformanceSentinelSet,
} from './types.ts';

const families: Readonly<Record<string, readonly Scenario[]>> = {
  'planned failovers': planned,
  crashes,
  sentinels,
  'a lost leader': leaders,
  'unannounced demotions': demotions,
  features,
  closing,
};

/** With two cores, and other tests beside it, a scenario may take its time. It waits for conditions only. */
const timeoutMs = 90_000;

/**
 * The scenarios that every adapter has to pass, each on real servers of its own.
 *
 * @example
 * ```ts
 * import { describe, it } from 'vitest';
 *
 * adapterConformance({ describe, it }, {
 *   name: 'my-client',
 *   createResolver,
 *   createSentinelSet,
 *   connect: async (resolver, { role }) => wrap(createMyClient(resolver, { role })),
 * });
 * ```
 */
export function adapterConformance<
  Resolver extends ConformanceResolver,
  SentinelSet extends ConformanceSentinelSet,
>(
  runner: ConformanceRunner,
  harness: ConformanceHarness<Resolver, SentinelSet>,
  options: ConformanceOptions = {},
): void {
  for (const [family, scenarios] of Object.entries(families)) {
    const able = scenarios.filter(
      ({ needs }) => needs === undefined || options.capabilities?.[needs] !== false,
    );
    if (able.length === 0) continue;
    runner.describe(`${harness.name}: ${family}`, () => {
      for (const scenario of able) {
        runner.it(scenario.title, () => Trial.run(scenario, harness, options), timeoutMs);
      }
    });
  }
}
