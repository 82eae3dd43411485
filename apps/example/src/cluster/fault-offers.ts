import type { FaultName, FaultOffer } from '../page/messages.ts';

/** In the order of the buttons. */
export const faultOffers: readonly FaultOffer[] = [
  offer('failover', 'Planned failover', 'A sentinel promotes a replica while the master is well.'),
  offer('kill', 'Kill the master', 'SIGKILL: its connections are reset, new ones are refused.'),
  offer('freeze', 'Freeze the master', 'SIGSTOP: its connections stay open, and nothing is answered.'),
  offer('isolate', 'Isolate the master', 'A partition: nobody reaches it, though it runs on as a master.'),
  offer('stop-sentinel', 'Stop a sentinel', 'SIGKILL of one sentinel.'),
  repair('thaw', 'Thaw', 'SIGCONT: what was frozen goes on, an old master for a while as a master.'),
  repair('restart', 'Restart', 'Starts the killed nodes again, with nothing in memory.'),
  repair('heal', 'Heal', 'Ends the partition. What was held back is delivered.'),
  repair('start-sentinel', 'Start the sentinel', 'Starts the stopped sentinels again.'),
];

function offer(name: FaultName, title: string, description: string): FaultOffer {
  return { name, title, description, repair: false };
}

function repair(name: FaultName, title: string, description: string): FaultOffer {
  return { name, title, description, repair: true };
}
