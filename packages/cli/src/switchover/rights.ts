import { ReplyError, type Servers } from '@switchmaster/core';
import { sentinelUsers } from '../doctor/denials.ts';
import { toTexts } from '../replies.ts';
import { Line } from '../line.ts';
import type { Plan } from './plan.ts';

type Command = readonly [string, ...string[]];

const ofMaster: readonly Command[] = [
  ['CLIENT', 'PAUSE', '1', 'WRITE'],
  ['CLIENT', 'UNPAUSE'],
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['REPLICAOF', 'NO', 'ONE'],
  ['MULTI'],
  ['EXEC'],
];
const ofPreferred: readonly Command[] = [['CONFIG', 'SET', 'replica-priority', '1']];

/** `FAILOVER` is what sentinels run at a master that is to hand over, and we where it is to keep what it has. */
const ofCoordination: readonly Command[] = [['FAILOVER', 'ABORT']];

/**
 * What our user may not do, as the servers themselves tell by `ACL DRYRUN`, nor the sentinels' where they need more
 * than usual. Where that may not be asked either, or is not known (before Redis 7.0), nothing is: an action that is
 * refused is undone then.
 */
export async function findForbidden(
  servers: Servers,
  { master, preferences, coordinated }: Plan,
): Promise<string[]> {
  const needs = [
    { address: master, commands: [...ofMaster, ...(coordinated ? ofCoordination : [])], coordinated },
    ...preferences.map(({ address }) => ({ address, commands: ofPreferred, coordinated: false })),
  ];
  const found = await Promise.all(
    needs.map(async ({ address, commands, coordinated: alsoSentinels }) => {
      using line = new Line(servers, 'node', address);
      return await forbiddenAt(line, commands, alsoSentinels);
    }),
  );
  return found.flat();
}

async function forbiddenAt(
  line: Line,
  commands: readonly Command[],
  alsoSentinels: boolean,
): Promise<string[]> {
  const forbidden: string[] = [];
  const tryOut = async (user: string, whose: string, command: Command): Promise<void> => {
    const answer = await line.request('ACL', 'DRYRUN', user, ...command);
    if (answer !== 'OK') forbidden.push(`${titleOf(command)} at ${line.where} to ${whose} ${user}`);
  };
  try {
    const [own = 'default'] = toTexts([await line.request('ACL', 'WHOAMI')]);
    for (const command of commands) await tryOut(own, 'the user', command);
    const others = alsoSentinels ? sentinelUsers(await line.request('CLIENT', 'LIST')) : [];
    for (const user of others.filter((one) => one !== own))
      for (const command of ofCoordination) await tryOut(user, "the sentinels' user", command);
  } catch (error) {
    if (!(error instanceof ReplyError)) throw error;
  }
  return forbidden;
}

function titleOf([name, second]: Command): string {
  return name === 'CLIENT' || name === 'CONFIG' ? `${name} ${second}` : name;
}
