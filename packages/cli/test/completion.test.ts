import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);
let folder: string;
let env: NodeJS.ProcessEnv;

/* The program on the PATH, as an installation would put it there, and bash as a person would use it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchmaster-cli-'));
  const program = join(folder, 'switchmaster');
  const command = [
    process.execPath,
    '--conditions=@switchmaster/source',
    '--import=tsx',
    'packages/cli/src/bin.ts',
  ];
  await writeFile(
    program,
    `#!/bin/sh\ncd '${root}' && exec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`,
  );
  await chmod(program, 0o755);
  env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
});
afterAll(() => rm(folder, { recursive: true }));

/** What bash offers at the end of each line. The first function stands in for the package bash-completion. */
async function completions(lines: readonly string[]): Promise<string[][]> {
  const press = (line: string): string => `
    COMP_WORDS=(${line.replace(/ $/, " ''")}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; COMPREPLY=()
    $(complete -p switchmaster | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    echo "\${COMPREPLY[@]%%[[:space:]]*}"`;
  const script = `
    _get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur="\${words[cword]}"; }
    compopt() { :; }
    source <(switchmaster completion bash)
    ${lines.map(press).join('\n')}`;
  const { stdout } = await run('bash', ['-c', script], { env });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
}

it('bash completes commands, flags and their values', async () => {
  const pressed = ['switchmaster do', 'switchmaster doctor --sentinel-p', 'switchmaster doctor --fail-on '];
  expect(await completions(pressed)).toEqual([
    ['doctor'],
    ['--sentinel-password-file'],
    ['problem', 'warning', 'note', 'never'],
  ]);
});

it.each(['zsh', 'fish'])('there is a script for %s', async (shell) => {
  const { stdout } = await run('switchmaster', ['completion', shell], { env });
  expect(stdout).toContain('switchmaster complete --');
});
