// The program of a client's process: one kind of client, so that none carries another's code or shares its event loop.

import type { BenchClient } from '../clients/client.ts';
import { clientNamed } from '../clients/index.ts';
import { collectGarbage } from './garbage.ts';
import { hammer } from './hammer.ts';
import type { Jobs } from './jobs.ts';
import { pace } from './pace.ts';
import { serve } from './serve.ts';
import { weigh } from './weigh.ts';

// The loader has Node keep the source maps of whatever brings some, which can be a third of the heap.
process.setSourceMapsEnabled(false);

const definition = clientNamed(process.argv[2] ?? '');
const clients: BenchClient[] = [];

function first(): BenchClient {
  const [client] = clients;
  if (!client) throw new Error('no client is connected');
  return client;
}

const jobs: Jobs = {
  connect: async ({ deployment, count }) => {
    const connecting = Array.from({ length: count }, () => definition.connect(deployment));
    clients.push(...(await Promise.all(connecting)));
  },
  close: async () => {
    for (const client of clients.splice(0)) client.close();
  },
  hammer: async (task) => await hammer(first(), task),
  pace: async (task) => await pace(first(), task),
  collect: async () => collectGarbage(),
  weigh,
};

serve(jobs);
