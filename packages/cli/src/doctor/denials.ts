import { ReplyError, type Reply } from '@switchmaster/core';
import { parseFields, type Row } from '../replies.ts';
import type { Questions } from './questions.ts';
import type { Denial } from './survey.ts';

/** What sentinels run on a node: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ */
const ofSentinels = [
  ['PING'],
  ['INFO'],
  ['MULTI'],
  ['EXEC'],
  ['SLAVEOF', 'NO', 'ONE'],
  ['CONFIG', 'REWRITE'],
  ['CLIENT', 'SETNAME', 'sentinel'],
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['SCRIPT', 'KILL'],
  ['SUBSCRIBE', '__sentinel__:hello'],
  ['PUBLISH', '__sentinel__:hello', 'hello'],
] as const;

/** What a replica runs on its master. */
const ofReplicas = [['PING'], ['REPLCONF', 'ACK', '0'], ['PSYNC', '?', '-1']] as const;

/**
 * Lets the node say what the users of the sentinels and of its replicas may not do there (`ACL DRYRUN`, since
 * Redis 7.0). Any node may be the master of tomorrow, so each is asked for both.
 */
export async function findDenials(questions: Questions, clients: Reply, config: Row): Promise<Denial[]> {
  const users = sentinelUsers(clients);
  const trials = [
    ...users.flatMap((user) =>
      ofSentinels.map((command) => ({ user, purpose: 'sentinels' as const, command })),
    ),
    ...ofReplicas.map((command) => ({
      user: config.get('masteruser') || 'default',
      purpose: 'replication' as const,
      command,
    })),
  ];
  const replies = await questions.ask(
    trials.map(({ user, command }) => ['ACL', 'DRYRUN', user, ...command] as const),
  );
  return trials.flatMap(({ user, purpose, command }, i) => {
    const reply = replies[i];
    return isDenied(reply ?? null) ? [{ user, purpose, command: titleOf(command) }] : [];
  });
}

/** A text other than `OK` says what is missing; the only error about a user is that there is none. */
function isDenied(reply: Reply): boolean {
  if (reply instanceof ReplyError) return /^ERR User .* not found/.test(reply.message);
  return typeof reply === 'string' && reply !== 'OK';
}

/** Sentinels name their connections, and `CLIENT LIST` tells whose user each is. */
export function sentinelUsers(clients: Reply): string[] {
  if (typeof clients !== 'string') return [];
  const rows = clients.split('\n').map((line) => parseFields(line.replaceAll(' ', ',')));
  const own = rows.filter((row) => /^sentinel-[0-9a-f]{8}-cmd$/.test(row.get('name') ?? ''));
  return [...new Set(own.flatMap((row) => row.get('user') ?? []))];
}

function titleOf([name, ...rest]: readonly string[]): string {
  const second = rest[0] ?? '';
  if (second.startsWith('__sentinel__')) return `${name} ${second}`;
  return ['CONFIG', 'CLIENT', 'SCRIPT'].includes(name ?? '') ? `${name} ${second}` : String(name);
}
