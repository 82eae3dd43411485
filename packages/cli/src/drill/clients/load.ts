import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../../errors.ts';

/**
 * Loads a package that the user may have installed: the one of the working folder, else one beside this program.
 * `own` is the import of the latter, for the types.
 */
export async function load<T>(
  name: string,
  own: () => Promise<T>,
  folder: string = process.cwd(),
): Promise<T> {
  const path = find(name, folder);
  if (path !== undefined) return (await import(pathToFileURL(path).href)) as T;
  try {
    return await own();
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new UsageError(`--client: ${name} is not installed; run "npm install ${name}" in ${folder}`, {
      cause,
    });
  }
}

function find(name: string, folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve(name);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}
