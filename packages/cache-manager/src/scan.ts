import { patternOf } from './keys.ts';
import type { Link } from './link.ts';
import type { TimeLimit } from './time-limit.ts';

type Request = Pick<Link, 'request' | 'keyPrefix'>;

const pageSize = '500';

/** The keys that begin with `prefix` and hold a text, page by page; a key may come twice. */
export async function* scan(
  link: Request,
  prefix: string,
  limit: () => TimeLimit,
): AsyncGenerator<readonly string[], void> {
  const pattern = patternOf(link.keyPrefix + prefix);
  let cursor = '0';
  do {
    const args = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', pageSize, 'TYPE', 'string'];
    const [next, keys] = (await link.request(args, limit())) as [unknown, unknown[]];
    cursor = String(next);
    // The client puts its own prefix before them again.
    if (keys.length > 0) yield keys.map((key) => String(key).slice(link.keyPrefix.length));
  } while (cursor !== '0');
}

/** Deletes the keys that begin with `prefix`, without making other clients wait. */
export async function clear(link: Request, prefix: string, limit: () => TimeLimit): Promise<void> {
  for await (const keys of scan(link, prefix, limit)) await link.request(['UNLINK', ...keys], limit());
}
