import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import {
  addConnectionOptions,
  readConnectionOptions,
  type ConnectionOptions,
} from '../connection-options.ts';
import type { Context } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { createOutput, type Output } from '../output.ts';
import { createDisplay, showOnce } from './display.ts';
import { Feed, isHopeless } from './feed.ts';
import { observe, type WatchState } from './state.ts';

interface Options {
  readonly once?: boolean;
  readonly for?: number;
  readonly json?: boolean;
}

/** How long `--once` waits for a master, and then for every sentinel. */
const onceMs = 10_000;
const completeMs = 1000;

const epilogue = `
Examples:
  switchmaster watch --sentinel s1:26379 --name mymaster
  switchmaster watch --once
  switchmaster watch --for 60 --json | grep '"type":"failover"'

Of a failover it tells when the master was down, a leader elected and a replica selected, when switchmaster would hold
and move clients, when the replica was promoted and announced, and when the old master was demoted.`;

export function registerWatch(program: Command, context: Context): void {
  const command = program
    .command('watch')
    .description('show the topology, events and failovers as they happen')
    .option('--once', 'show the topology and end')
    .option('--for <seconds>', 'end after this time; without it Ctrl-C does', toSeconds)
    .option('--json', 'one object a line on stdout')
    .addHelpText('after', epilogue);
  addConnectionOptions(command).action(async (options: Options) => {
    const deployment = await readConnectionOptions(command, context);
    const output = createOutput(context, options);
    context.exitCode =
      options.once === true
        ? await once(deployment, context, output)
        : await follow(deployment, options, context, output);
  });
}

async function once(deployment: ConnectionOptions, { signal }: Context, output: Output): Promise<ExitCode> {
  await using feed = new Feed(deployment, () => {});
  await feed.ready(AbortSignal.any([signal, AbortSignal.timeout(onceMs)]));
  await feed.complete(completeMs);
  showOnce({ topology: feed.topology, failover: undefined, recent: [] }, output);
  return exitCodes.ok;
}

async function follow(
  deployment: ConnectionOptions,
  options: Options,
  context: Context,
  output: Output,
): Promise<ExitCode> {
  const display = createDisplay(context, output);
  let state: WatchState | undefined;
  try {
    await using feed: Feed = new Feed(deployment, (happening) => {
      state = observe(state ?? { topology: feed.topology, failover: undefined, recent: [] }, happening);
      display.show(state, happening);
    });
    await untilTheEnd(feed, options, context.signal);
  } finally {
    display.close();
  }
  return context.signal.aborted ? exitCodes.interrupted : exitCodes.ok;
}

/** Ends early where the name or the credentials are wrong. A deployment that is down may be back any time. */
async function untilTheEnd(feed: Feed, options: Options, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const hopeless = feed.ready(ended).then(
    () => new Promise<never>(() => {}),
    (error: unknown) => {
      if (isHopeless(error)) throw error;
      return new Promise<never>(() => {});
    },
  );
  const waiting = sleep(longestMs(options), undefined, { signal: ended }).catch(() => {});
  try {
    await Promise.race([hopeless, waiting]);
  } finally {
    over.abort();
  }
}

/** No timer takes more than this, about 24 days. */
const forEverMs = 2 ** 31 - 1;

function longestMs({ for: seconds }: Options): number {
  return seconds === undefined ? forEverMs : seconds * 1000;
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0 && seconds * 1000 <= forEverMs) return seconds;
  throw new InvalidArgumentError('Expected a number of seconds.');
}
