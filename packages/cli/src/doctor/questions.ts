import { ReplyError, type Reply } from '@switchmaster/core';
import { ask, type Member } from '../deployment.ts';
import type { Trouble } from './survey.ts';
import { troubleOf } from './trouble.ts';

type Command = readonly [string, ...(string | number)[]];

/** Asks one server, and keeps what goes wrong while it does. */
export class Questions {
  /** Why there are no answers. */
  trouble: Trouble | undefined;
  /** Commands that our user may not run. */
  readonly refused: string[] = [];
  readonly #member: Member;

  constructor(member: Member) {
    this.#member = member;
    if (!member.connection) this.trouble = troubleOf(member.error);
  }

  /** The replies, all asked at once; none of them where the connection breaks or is not let in. */
  async ask(commands: readonly Command[]): Promise<Reply[]> {
    const { connection } = this.#member;
    if (!connection || this.trouble) return [];
    try {
      const replies = await Promise.all(commands.map((command) => ask(connection, ...command)));
      const barred = replies.find(isBarred);
      if (barred) throw barred;
      replies.forEach((reply, i) => {
        if (reply instanceof ReplyError && reply.code === 'NOPERM')
          this.refused.push(titleOf(commands[i] ?? ['']));
      });
      return replies;
    } catch (error) {
      this.trouble = troubleOf(error);
      return [];
    }
  }
}

function isBarred(reply: Reply): reply is ReplyError {
  return reply instanceof ReplyError && (reply.code === 'NOAUTH' || reply.code === 'DENIED');
}

const withSubcommand = new Set(['SENTINEL', 'CONFIG', 'ACL', 'CLIENT']);

function titleOf([name, second]: Command): string {
  return withSubcommand.has(name) ? `${name} ${second}` : name;
}
