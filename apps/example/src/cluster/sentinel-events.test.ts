import { expect, test } from 'vitest';
import { sightingIn } from './sentinel-events.ts';

const master = '127.0.0.1:1';

test.each([
  { event: '+sdown master mymaster 127.0.0.1 1', sighting: { phase: 'down', node: master } },
  { event: '+odown master mymaster 127.0.0.1 1 #quorum 2/2', sighting: { phase: 'down', node: master } },
  { event: '+sdown master mymaster 127.0.0.1 9', sighting: undefined },
  { event: '+sdown slave 127.0.0.1:2 127.0.0.1 2 @ mymaster 127.0.0.1 1', sighting: undefined },
  {
    event: '+selected-slave slave 127.0.0.1:2 127.0.0.1 2 @ mymaster 127.0.0.1 1',
    sighting: { phase: 'elected', node: '127.0.0.1:2' },
  },
  { event: '+selected-slave slave 127.0.0.1:2 127.0.0.1 2 @ mymaster 127.0.0.1 9', sighting: undefined },
  {
    event: '+switch-master mymaster 127.0.0.1 1 127.0.0.1 2',
    sighting: { phase: 'announced', node: '127.0.0.1:2' },
  },
  { event: '+new-epoch 3', sighting: undefined },
])('$event', ({ event, sighting }) => {
  const [channel = '', ...words] = event.split(' ');
  const message = words.join(' ');
  const seen = sightingIn({ type: 'sentinel-event', at: 5, sentinel: 's', channel, message }, master);
  expect(seen).toEqual(sighting && { at: 5, ...sighting });
});
