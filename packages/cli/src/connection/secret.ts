import { readFile } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';

/** Reads passwords from files, and from the lines of stdin. */
export class Secrets {
  readonly #context: Context;
  #lines: string[] | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** `where` is the flag that names the file. Several that ask for `-` get a line each. */
  async read(file: string, where: string): Promise<string> {
    const [line = ''] = file === '-' ? await this.#take() : (await readText(file, where)).split(/\r?\n/);
    if (line === '') throw new UsageError(`${where}: expected a password, got an empty line`);
    return line;
  }

  async #take(): Promise<string[]> {
    const { stdin } = this.#context;
    if (stdin.isTTY === true)
      throw new UsageError(
        'a password from stdin: expected a pipe or a file, got a terminal, which would show it',
      );
    this.#lines ??= (await stdin.setEncoding('utf8').toArray()).join('').split(/\r?\n/);
    return this.#lines.splice(0, 1);
  }
}

export async function readText(file: string, where: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`${where}: cannot read the file: ${(cause as Error).message}`, { cause });
  }
}
