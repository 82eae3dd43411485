import type { Rule } from '../rule.ts';
import { addressesOf } from '../survey.ts';
import { list } from '../words.ts';

export const persistence: Rule = {
  name: 'persistence',
  summary: 'Nodes that keep nothing on disk, and come back empty.',
  check({ nodes }) {
    const volatile = nodes.filter(
      ({ config }) => config.get('appendonly') === 'no' && config.get('save') === '',
    );
    if (volatile.length === 0) return [];
    return [
      {
        severity: 'warning',
        what: `Nothing is kept on disk at ${list(addressesOf(volatile))} (appendonly no, save "").`,
        why: 'A master that is restarted before the sentinels notice comes back empty, and its replicas empty themselves to match it.',
        todo: 'CONFIG SET appendonly yes. If the data may be lost, at least do not restart a dead master automatically within down-after-milliseconds.',
        about: addressesOf(volatile),
      },
    ];
  },
};
