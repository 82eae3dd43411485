import { Option } from 'commander';

/** What can be named: `quorum`, and what it stands for. */
export interface Named {
  readonly name: string;
  readonly summary: string;
}

/** An option that takes names, separated by commas. Shells complete each of them. */
export class NamesOption extends Option {
  readonly known: readonly Named[];

  constructor(flags: string, description: string, known: readonly Named[]) {
    super(flags, description);
    this.known = known;
  }
}

/** What a word that is being typed may become: the names before its last comma, and one more. The shell filters. */
export function continueNames(word: string, known: readonly Named[]): Named[] {
  const typed = word.split(',').slice(0, -1);
  return known
    .filter(({ name }) => !typed.includes(name))
    .map(({ name, summary }) => ({ name: [...typed, name].join(','), summary }));
}
