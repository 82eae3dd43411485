import { Command, CommanderError } from 'commander';
import { registerCompletion } from './completion.ts';
import type { Context } from './context.ts';
import { registerDoctor } from './doctor/command.ts';
import { registerDrill } from './drill/command.ts';
import { exitCodeOf } from './errors.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { hasColors, helpWidth } from './output.ts';
import { registerSwitchover } from './switchover/command.ts';
import { version } from './version.ts';
import { registerWatch } from './watch/command.ts';

const epilogue = `
Exit codes: 0 fine, 1 something is wrong or failed, 2 wrong usage, 3 nothing could be asked, 130 interrupted.

Every command takes its connection from flags, from the environment, or from a config file, in this order:
"switchmaster doctor --help" lists them.`;

/** The whole command line. What a command does is in a folder of its own. */
export function createProgram(context: Context): Command {
  const program = new Command('switchmaster')
    .description('Looks after Redis and Valkey Sentinel deployments.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => helpWidth,
      getErrHelpWidth: () => helpWidth,
      getOutHasColors: () => hasColors(context.stdout, context.env),
      getErrHasColors: () => hasColors(context.stderr, context.env),
    })
    .addHelpText('after', epilogue)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  for (const register of [registerDoctor, registerWatch, registerDrill, registerSwitchover])
    register(program, context);
  registerCompletion(program);
  return program;
}

/** Runs one command line. Never throws, and never ends the process. */
export async function run(argv: readonly string[], context: Context): Promise<ExitCode> {
  try {
    await createProgram(context).parseAsync(argv, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (context.signal.aborted) return exitCodes.interrupted;
    context.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return exitCodeOf(error);
  }
}
