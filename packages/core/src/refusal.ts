import { nameOf, type Endpoint } from './dial.ts';
import { SwitchmasterError } from './errors.ts';
import { AskedCredentials } from './credentials.ts';
import { ReplyError } from './resp/reply.ts';

export type Command = readonly (string | number)[];

const refusals = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM', 'DENIED']);

export function isRefusal(error: unknown): error is ReplyError {
  return error instanceof ReplyError && (refusals.has(error.code) || /\bauth\b/i.test(error.message));
}

/** The error for an error reply before we are in. Many of them pass, `-ERR max number of clients reached` too. */
export function notLetIn(
  endpoint: Endpoint,
  reply: ReplyError,
  said: string,
  command: Command,
): SwitchmasterError {
  const refusal: unknown = reply;
  if (isRefusal(refusal)) return refused(endpoint, refusal, command);
  const code = endpoint.kind === 'sentinel' ? 'SENTINELS_UNREACHABLE' : 'MASTER_UNREACHABLE';
  return new SwitchmasterError(code, `${nameOf(endpoint)} let us not in: ${said}`);
}

/** The error for a refusal. What the peer said is not passed on: some repeat what they were sent. */
export function refused(endpoint: Endpoint, reply: ReplyError, command: Command): SwitchmasterError {
  const cure = reply.code === 'NOPERM' ? missingRight(endpoint, reply, command) : wrongCredentials(endpoint);
  const code = refusals.has(reply.code) ? reply.code : 'ERR';
  return new SwitchmasterError('AUTH_REFUSED', `${nameOf(endpoint)} refused us with ${code}: ${cure}`);
}

function wrongCredentials({ kind, credentials }: Endpoint): string {
  if (credentials instanceof AskedCredentials) return `check what \`${kind}.credentials()\` gives`;
  return `check \`${kind}.username\` and \`${kind}.password\``;
}

function missingRight({ kind, credentials }: Endpoint, reply: ReplyError, command: Command): string {
  const option = credentials instanceof AskedCredentials ? 'credentials' : 'username';
  const user = `the user of \`${kind}.${option}\``;
  if (/channel/i.test(reply.message))
    return `${user} may not read the channels of events; it needs \`&+*\` and \`&-*\``;
  return `${user} may not run ${commandName(command)}; it needs \`+${commandName(command).toLowerCase().replace(' ', '|')}\``;
}

/** Never more than a command's name, since arguments may be secrets. */
export function commandName([name, second]: Command): string {
  return name === 'SENTINEL' ? `${name} ${second}` : String(name);
}
