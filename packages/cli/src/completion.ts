import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

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
  tab(program, { completionCommandName: 'completion' });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.summary('print the script that completes command lines in a shell')
    .description('Prints the script that completes command lines of this program in a shell.')
    .addHelpText('after', installation);
}
