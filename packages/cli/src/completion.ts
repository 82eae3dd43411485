import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { continueNames, NamesOption } from './names-option.ts';

const installation = `
Examples:
  $ switchmaster completion bash >> ~/.bashrc      # needs the package bash-completion
  $ switchmaster completion zsh > "\${fpath[1]}/_switchmaster"
  $ switchmaster completion fish > ~/.config/fish/completions/switchmaster.fish`;

/**
 * Adds `completion <shell>`, which prints a script for the shell, and the hidden `complete`, which the script
 * asks at each Tab. To be called when all commands are there.
 */
export function registerCompletion(program: Command): void {
  const completions = tab(program, { completionCommandName: 'completion' });
  commandOf(program, 'completion')
    ?.summary('print the script that completes command lines in a shell')
    .description('Prints the script that completes command lines of this program in a shell.')
    .addHelpText('after', installation);
  for (const command of program.commands) {
    for (const option of command.options.filter((one) => one instanceof NamesOption)) {
      completions.commands.get(command.name())?.option(option.name(), option.description, (offer) => {
        const names = continueNames(wordOf(commandOf(program, 'complete')), option.known);
        for (const { name, summary } of names) offer(name, summary);
      });
    }
  }
}

/** The word before the cursor, or what follows `--flag=` in it. */
function wordOf(complete: Command | undefined): string {
  return (complete?.args.at(-1) ?? '').replace(/^-[^=]*=/, '');
}

function commandOf(program: Command, name: string): Command | undefined {
  return program.commands.find((command) => command.name() === name);
}
