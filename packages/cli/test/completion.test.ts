import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);
let folder: string;
let env: NodeJS.ProcessEnv;

/* The program on the PATH, as an installation would put it there, and shells as a person would use them. */
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

type Shell = (lines: readonly string[]) => Promise<string[][]>;

/** What each shell offers when Tab is pressed at the end of each line. */
const shells: Readonly<Record<'bash' | 'zsh' | 'fish', Shell>> = {
  /* The first function stands in for the package bash-completion. */
  bash: async (lines) => {
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
  },

  /* An interactive zsh in a terminal of its own. Ctrl-X ends each line and shows what it has become. */
  zsh: async (lines) => {
    const settings = `
      fpath=($ZDOTDIR $fpath); autoload -U compinit && compinit -u -D
      PS1=; unset zle_bracketed_paste; setopt no_beep no_prompt_sp no_list_ambiguous
      zstyle ':completion:*' verbose no
      finish() { zle -I; print -r -- "<$BUFFER>"; BUFFER= }
      zle -N finish; bindkey '^X' finish; bindkey '^I' complete-word`;
    await writeFile(join(folder, '.zshrc'), settings);
    const { stdout: functions } = await run('switchmaster', ['completion', 'zsh'], { env });
    await writeFile(join(folder, '_switchmaster'), functions);
    const script = `
      zmodload zsh/zpty; zpty shell zsh -d -i
      for line; do zpty -w -n shell "$line"$'\\t\\x18'; zpty -r shell out $'*\\n<*>*'; print -r -- "$out"; done
      zpty -d shell`;
    const { stdout } = await run('zsh', ['-f', '-c', script, 'zsh', ...lines], {
      env: { ...env, ZDOTDIR: folder, TERM: 'dumb' },
    });
    const answers = stdout.replaceAll('\r', '').matchAll(/(?<shown>[^]*?)\n<(?<line>.*)>\n/g);
    return [...answers].map(({ groups: { shown = '', line = '' } = {} }) => {
      const listed = shown.split('\n').filter((one) => !one.trimStart().startsWith('switchmaster'));
      const words = listed.join(' ').split(/\s+/).filter(Boolean);
      return words.length > 0 ? words : [line.trimEnd().split(' ').at(-1) ?? ''];
    });
  },

  fish: async (lines) => {
    const presses = lines.map((line) => `complete -C '${line}'; printf '%s\\n' ''`).join('\n');
    const script = `switchmaster completion fish | source\n${presses}`;
    const { stdout } = await run('fish', ['--no-config', '-c', script], { env });
    const answers = stdout.trimEnd().split('\n\n');
    return answers.map((answer) => answer.split('\n').map((line) => line.split('\t', 1).join()));
  },
};

describe.concurrent('completion', () => {
  const rows: readonly (readonly [line: string, words: readonly string[]])[] = [
    ['switchmaster do', ['doctor']],
    ['switchmaster doctor --sentinel-p', ['--sentinel-password-file']],
    ['switchmaster doctor --fail-on ', ['never', 'note', 'problem', 'warning']],
    ['switchmaster doctor --rule tilt,ck', ['tilt,ckquorum']],
    [
      'switchmaster doctor --ignore replica-link,replica-',
      ['replica-link,replica-lag', 'replica-link,replica-priority'],
    ],
  ];

  for (const [shell, press] of Object.entries(shells)) {
    it.skipIf(!isInstalled(shell))(`${shell} completes commands, flags, and values in lists`, async () => {
      const offered = await press(rows.map(([line]) => line));
      expect(offered.map((words) => words.toSorted())).toEqual(rows.map(([, words]) => words));
    });
  }
});

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}
