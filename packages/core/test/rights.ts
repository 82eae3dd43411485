import { readFile } from 'node:fs/promises';

const readme: string = await readFile(new URL('../README.md', import.meta.url), 'utf8');

/** Which words the README gives a user of ours on servers of a kind: `on`, a password, channels, commands. */
export function rulesOf(kind: 'sentinel' | 'node'): readonly string[] {
  const line = readme.split(`<!-- rights: ${kind} -->\n\n`)[1]?.split('\n')[1] ?? '';
  const [user, name, ...rules] = line.split(' ');
  if (user !== 'user' || name !== 'app') throw new Error(`the README has no rights on a ${kind}: ${line}`);
  return rules;
}

/** The README's line with another name and password. */
export function userLine(kind: 'sentinel' | 'node', username: string, password: string): string {
  const rules = rulesOf(kind).map((rule) => (rule.startsWith('>') ? `>${password}` : rule));
  return `user ${username} ${rules.join(' ')}`;
}
