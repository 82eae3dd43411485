import { ReplyError, type Servers } from '@switchmaster/core';
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

/**
 * What our user may not do, as the servers themselves tell by `ACL DRYRUN`. Where that may not be asked either, or is
 * not known (before Redis 7.0), nothing is: an action that is refused is undone then.
 */
export async function findForbidden(servers: Servers, { master, preferences }: Plan): Promise<string[]> {
  const needs = [
    { address: master, commands: ofMaster },
    ...preferences.map(({ address }) => ({ address, commands: ofPreferred })),
  ];
  const found = await Promise.all(
    needs.map(async ({ address, commands }) => {
      using line = new Line(servers, 'node', address);
      return await forbiddenAt(line, commands);
    }),
  );
  return found.flat();
}

async function forbiddenAt(line: Line, commands: readonly Command[]): Promise<string[]> {
  const forbidden: string[] = [];
  try {
    const [user = 'default'] = toTexts([await line.request('ACL', 'WHOAMI')]);
    for (const command of commands) {
      const answer = await line.request('ACL', 'DRYRUN', user, ...command);
      if (answer !== 'OK') forbidden.push(`${titleOf(command)} at ${line.where} to the user ${user}`);
    }
  } catch (error) {
    if (!(error instanceof ReplyError)) throw error;
  }
  return forbidden;
}

function titleOf([name, second]: Command): string {
  return name === 'CLIENT' || name === 'CONFIG' ? `${name} ${second}` : name;
}
