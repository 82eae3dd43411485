import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { kinds, serverTexts } from '../src/connection/settings.ts';
import type { Context } from '../src/context.ts';
import { createProgram } from '../src/main.ts';

const intro = `<!-- Made of the program's own help by "pnpm --filter switchmaster run manual". -->

# switchmaster(1)

Looks after Redis and Valkey Sentinel deployments: \`npx switchmaster <command>\`. What each command is for, with
examples: [packages/cli](../packages/cli/README.md).`;

const environment = `## Environment

Each connection flag has a variable: \`SWITCHMASTER_\` and its name in capitals, as in \`SWITCHMASTER_NODE_CA\` for
\`--node-ca\`. Several sentinels or mappings are separated by commas. Flags go before the environment, and the environment
before the config file.`;

const passwords = `Passwords are no flags, since every user of a machine sees those. They come from a variable, from
the first line of a file (\`--node-password-file\`), from stdin (\`-\`; where both are asked for, the sentinels' is the first
line), or from the config file.

\`NO_COLOR\` turns colours off, \`FORCE_COLOR\` turns them on in a pipe.`;

const files = `## Files

\`switchmaster.json\` in the working folder, or in the nearest one above it. Every key may be left out; relative paths are
relative to the file.

\`\`\`json
{
  "name": "mymaster",
  "sentinels": ["s1:26379", "s2:26379", "s3:26379"],
  "sentinel": { "username": "app", "passwordFile": "sentinel-password" },
  "node": { "username": "app", "passwordFile": "node-password", "ca": "ca.pem" },
  "mapAddress": { "10.0.0.1:6379": "localhost:7001" },
  "timeoutMs": 2000
}
\`\`\`

\`url\` may stand in place of \`name\` and \`sentinels\`. \`sentinel\` and \`node\` know \`tls\` (true or false), `;

const exits = `## Exit codes

| code | meaning                                                                          |
| ---- | -------------------------------------------------------------------------------- |
| 0    | Fine.                                                                            |
| 1    | Something is wrong, or failed.                                                   |
| 2    | The command line, the environment or the config file is wrong; nothing was done. |
| 3    | Nothing could be asked: no sentinel answers, or none knows the name.             |
| 130  | Interrupted by Ctrl-C or SIGTERM.                                                |`;

/** The manual page, from what the commands say of themselves. */
export function renderManual(): string {
  const program = createProgram(nowhere);
  const commands = program.createHelp().visibleCommands(program);
  const documented = commands.filter((command) => command.name() !== 'help');
  const variables = kinds.map((kind) => `\`SWITCHMASTER_${kind.toUpperCase()}_PASSWORD\``).join(' and ');
  const keys = serverTexts.map((key) => `\`${key}\``).join(', ');
  return [
    intro,
    ...[program, ...documented].map(section),
    environment,
    `${variables} hold passwords. ${passwords}`,
    `${files}${keys}.`,
    `${exits}\n`,
  ].join('\n\n');
}

function section(command: Command): string {
  const title = command.parent ? `${command.parent.name()} ${command.name()}` : command.name();
  return `## ${title}\n\n\`\`\`text\n${helpOf(command).trim()}\n\`\`\``;
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => void (text += part) }).outputHelp();
  return text;
}

const silent = { write: (): void => {} };
const nowhere: Context = {
  ...{ stdin: Readable.from([]), stdout: silent, stderr: silent, env: {} },
  signal: new AbortController().signal,
  exitCode: 0,
};
