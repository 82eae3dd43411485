import type { Credentials } from './credentials.ts';

const longest = 200;

/** What a peer said, for a message: one line, not too long, and without what we authenticated with. */
export function asSaid(text: string, credentials: Credentials): string {
  const clean = secretsOf(credentials).reduce((said, secret) => said.replaceAll(secret, '***'), text);
  const line = clean.replaceAll(/\p{Cc}/gu, '?');
  return line.length > longest ? `${line.slice(0, longest)}...` : line;
}

const excerpt = /: ".*"(\.\.\.)?$/s;

/** What the decoder says of bytes: without the excerpt of them, if a part of what we authenticated with is there. */
export function asDecoded(text: string, credentials: Credentials): string {
  const shown = excerpt.exec(text)?.[0] ?? '';
  const isEcho = secretsOf(credentials).some((secret) =>
    partsOf(secret).some((part) => shown.includes(part)),
  );
  return isEcho ? text.replace(excerpt, '') : text;
}

/** An excerpt begins and ends anywhere, so any four characters in a row are too many. */
function partsOf(secret: string): string[] {
  return Array.from({ length: Math.max(1, secret.length - 3) }, (_, at) => secret.slice(at, at + 4));
}

function secretsOf({ username, password }: Credentials): string[] {
  return [password, username].filter((secret): secret is string => secret !== undefined && secret !== '');
}
