import { type NodeAddress, parseAddress } from '@switchmaster/core';
import { type Command, InvalidArgumentError } from 'commander';
import { confirm, requireConsent } from '../confirm.ts';
import { addConnectionOptions, readConnectionOptions } from '../connection-options.ts';
import type { Context } from '../context.ts';
import { type Deployment, openDeployment } from '../deployment.ts';
import { takeSurvey } from '../doctor/take-survey.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { createOutput, type Output } from '../output.ts';
import { conduct } from './conduct.ts';
import { longestPause, shortestPauseMs } from './pause.ts';
import { decide, type Decision, type Plan, stop, type Stop } from './plan.ts';
import { conclusion, planLines, reportOf, stepLine } from './report.ts';
import { findForbidden } from './rights.ts';
import { problemsOf } from './safety.ts';
import { defaultLimits, Scene } from './scene.ts';

interface Options {
  readonly to?: NodeAddress;
  readonly maxPauseMs: number;
  readonly maxLagBytes: number;
  readonly coordinated?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** A master that takes no writes for longer is an outage of its own. */
const longestPauseMs = 20_000;

const epilogue = `
Examples:
  switchmaster switchover --sentinel s1:26379 --name mymaster
  switchmaster switchover --to 10.0.0.2:6379 --dry-run
  switchmaster switchover --yes --json > switchover.json

Clients need nothing but Sentinel support of any kind. Whatever goes wrong before the promotion, it is undone.
The exit code is 1 where it was not safe, was undone or was not finished, and 130 where Ctrl-C undid it.`;

export function registerSwitchover(program: Command, context: Context): void {
  const command = program
    .command('switchover')
    .description('a planned failover that loses no write, whatever clients are connected')
    .option(
      '-t, --to <host:port>',
      'the replica to promote (default: the one that the sentinels prefer)',
      toReplica,
    )
    .option(
      '--max-pause-ms <ms>',
      'how long writes may wait for the promotion; down-after-milliseconds at most',
      toPause,
      5000,
    )
    .option('--max-lag-bytes <bytes>', 'how far behind the replica may be to begin with', toBytes, 1_048_576)
    .option('--coordinated', 'have the master hand over itself (Valkey 9); costs more, see the manual')
    .option('--force', 'go on in spite of problems that the doctor finds')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'one object on stdout')
    .addHelpText('after', epilogue);
  addConnectionOptions(command).action(async (options: Options) => {
    if (options.dryRun !== true) requireConsent(context, options);
    context.exitCode = await switchOver(command, options, context);
  });
}

async function switchOver(command: Command, options: Options, context: Context): Promise<ExitCode> {
  const output = createOutput(context, options);
  using deployment = await openDeployment(await readConnectionOptions(command, context), context.signal);
  const decision = await survey(deployment, options, context.signal, output);
  if (decision.kind === 'stop') return refuse(decision, output);
  const { plan } = decision;
  const maxPauseMs = longestPause(options.maxPauseMs, plan.downAfterMs);
  output.text(`${planLines(plan, maxPauseMs, output.width).join('\n')}\n`);
  if (options.dryRun === true) return declareDryRun(plan, output);
  if (!(await confirm('Go on?', context, options))) return exitCodes.interrupted;
  return await carryOut(deployment, plan, maxPauseMs, context, output);
}

/** What speaks against it stops it; other problems are said before the question. */
async function survey(
  deployment: Deployment,
  options: Options,
  signal: AbortSignal,
  output: Output,
): Promise<Decision> {
  const { to, maxLagBytes, coordinated = false, force = false } = options;
  const found = await takeSurvey(deployment, signal);
  const decision = decide(found, { to, maxLagBytes, coordinated });
  if (decision.kind === 'stop') return decision;
  const { obstacles, others } = problemsOf(found);
  if (obstacles.length > 0 && !force)
    return { ...stop(obstacles.map(({ what, todo }) => `${what} ${todo}`)), isForceable: true };
  for (const { what } of [...obstacles, ...others]) output.note(`The doctor finds: ${what}`);
  const forbidden = await findForbidden(deployment.servers, decision.plan);
  return forbidden.length > 0 ? stop(forbidden.map((what) => `the ACL forbids ${what}`)) : decision;
}

function refuse({ reasons, isForceable }: Stop, output: Output): ExitCode {
  output.json({ verdict: 'unsafe', reasons, isForceable: isForceable ?? false });
  const lines = [
    ...reasons.map((reason) => `  - ${reason}`),
    ...(isForceable ? ['--force goes on all the same.'] : []),
  ];
  output.text(`${output.colors.red('Not safe, so nothing was done:')}\n${lines.join('\n')}`);
  return exitCodes.failed;
}

function declareDryRun(plan: Plan, output: Output): ExitCode {
  output.json({ verdict: 'dry-run', plan });
  output.text('Nothing was done (--dry-run).');
  return exitCodes.ok;
}

async function carryOut(
  { servers }: Deployment,
  plan: Plan,
  maxPauseMs: number,
  { signal }: Context,
  output: Output,
): Promise<ExitCode> {
  using scene = new Scene(servers, plan, { ...defaultLimits, maxPauseMs });
  const steps = await conduct(scene, signal, (step) => output.text(stepLine(step, output)));
  const report = reportOf(plan, scene.facts, steps);
  output.json(report);
  output.text(`\n${conclusion(report, output)}`);
  if (report.verdict === 'switched') return exitCodes.ok;
  return report.verdict === 'rolled-back' && signal.aborted ? exitCodes.interrupted : exitCodes.failed;
}

function toReplica(text: string): NodeAddress {
  try {
    return parseAddress(text, 6379);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function toPause(text: string): number {
  const ms = Number(text);
  if (Number.isInteger(ms) && ms >= shortestPauseMs && ms <= longestPauseMs) return ms;
  throw new InvalidArgumentError(`Expected ${shortestPauseMs} to ${longestPauseMs} milliseconds.`);
}

function toBytes(text: string): number {
  const bytes = Number(text);
  if (text.trim() !== '' && Number.isInteger(bytes) && bytes >= 0) return bytes;
  throw new InvalidArgumentError('Expected a number of bytes.');
}
