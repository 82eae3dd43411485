import { randomBytes } from 'node:crypto';
import { createServers } from '@switchmaster/core';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { confirm, requireConsent } from '../confirm.ts';
import {
  addConnectionOptions,
  readConnectionOptions,
  type ConnectionOptions,
} from '../connection-options.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { createOutput, type Output } from '../output.ts';
import { clientNames, loadClient, type ClientName } from './clients/index.ts';
import { drill } from './drill.ts';
import { faultNames, faults, type FaultName } from './faults.ts';
import { Keys, ttlSeconds } from './keys.ts';
import { intention, render, reportOf, type Report } from './report.ts';
import { openScene, type Scene } from './scene.ts';

interface Options {
  readonly fault: FaultName;
  readonly client: ClientName;
  readonly clientOptions: Readonly<Record<string, unknown>>;
  readonly rate: number;
  readonly prefix: string;
  readonly pauseMs: number;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const epilogue = `
Examples:
  switchmaster drill --sentinel s1:26379 --name mymaster
  switchmaster drill --client ioredis --client-options '{"failoverDetector":true}'
  switchmaster drill --fault kill-connection --yes --json

The clients: core (ours, of a few lines), ioredis and node-redis with their own Sentinel support, and both led by
switchmaster. A client's package is taken from the working folder if it is installed there.
The exit code is 1 where acknowledged writes were lost or writes were never answered.`;

export function registerDrill(program: Command, context: Context): void {
  const command = program
    .command('drill')
    .description('measure what a failover costs a client, on your own deployment')
    .addOption(new Option('-f, --fault <fault>', 'what to do').choices(faultNames).default('failover'))
    .addOption(new Option('--client <client>', 'what to write with').choices(clientNames).default('core'))
    .option('--client-options <json>', 'options of that client, beside the connection', toObject, {})
    .option('--rate <writes>', 'writes per second', toNumberBetween(1, 5000), 200)
    .option(
      '--prefix <prefix>',
      'what every key begins with, before a random part',
      toPrefix,
      'switchmaster:drill:',
    )
    .option('--pause-ms <ms>', 'how long --fault pause lasts', toNumberBetween(1, 10_000), 1000)
    .option('-y, --yes', 'do not ask')
    .option('--json', 'one object on stdout')
    .addHelpText('after', epilogue);
  addConnectionOptions(command).action(async (options: Options) => {
    requireConsent(context, options);
    context.exitCode = await runDrill(await readConnectionOptions(command, context), options, context);
  });
}

async function runDrill(
  deployment: ConnectionOptions,
  options: Options,
  context: Context,
): Promise<ExitCode> {
  const { pauseMs, client, fault, rate } = options;
  const output = createOutput(context, options);
  const connect = await loadClient(client);
  const run = randomBytes(6).toString('hex');
  const prefix = `${options.prefix}${run}:`;
  const connectionName = `switchmaster-drill-${run}`;
  await using scene = await openScene(deployment, createServers(deployment), { connectionName, pauseMs });
  if (fault === 'pause') checkPause(scene);
  output.note(intention(scene, { fault, client, rate, prefix }, output.width));
  if (!(await confirm('Go on?', context, options))) return exitCodes.interrupted;
  const keys = new Keys(prefix);
  const connected = await connect({ deployment, connectionName, options: options.clientOptions });
  const say = (line: string): void => output.note(line);
  let report: Report;
  try {
    const figures = await drill({
      ...{ scene, keys, say, client: connected, fault: faults[fault] },
      ...{ perSecond: rate, signal: context.signal },
    });
    report = reportOf(fault, client, figures);
  } finally {
    await connected.close();
    await cleanUp(keys, scene, output);
  }
  output.json(report);
  output.text(render(report, output));
  return report.lost > 0 || report.hung > 0 ? exitCodes.failed : exitCodes.ok;
}

/** Sentinels greet each other by `PUBLISH`, which waits like a write, and their `PING` behind it. */
function checkPause({ pauseMs, downAfterMs }: Scene): void {
  if (pauseMs < downAfterMs) return;
  const expected = `less than down-after-milliseconds (${downAfterMs}), or the sentinels would fail over`;
  throw new UsageError(`--pause-ms: expected ${expected}, got ${pauseMs}`);
}

async function cleanUp(keys: Keys, scene: Scene, output: Output): Promise<void> {
  const { count, prefix } = keys;
  const { left, error } = await keys.remove(scene);
  if (left === 0) return output.note(`deleted all keys that begin with ${prefix} (${count})`);
  output.note(
    `${left} of ${count} keys that begin with ${prefix} are left (${error?.message ?? 'no error'}); ` +
      `they expire ${ttlSeconds / 60} minutes after they were written`,
  );
}

function toObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new InvalidArgumentError('Expected an object in JSON.');
}

function toNumberBetween(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= lowest && number <= highest) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${lowest} to ${highest}.`);
  };
}

function toPrefix(text: string): string {
  if (/^[\w:{}.-]+$/.test(text)) return text;
  throw new InvalidArgumentError('Expected letters, digits and : { } . - _ only.');
}
