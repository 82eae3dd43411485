import { ClientRedis, ServerRedis } from '@nestjs/microservices';
import { within } from '../deadline.ts';
import { destroy, end, type Endable } from '../ioredis/ending.ts';

/** How long Nest waits for a client's last answers when it closes. */
const closeMs = 1000;

export class SentinelClient extends ClientRedis {
  override createClient(): ReturnType<ClientRedis['createClient']> {
    return tamed(super.createClient());
  }
}

export class SentinelServer extends ServerRedis {
  override createRedisClient(): ReturnType<ServerRedis['createRedisClient']> {
    return tamed(super.createRedisClient());
  }
}

interface Tameable extends Endable {
  sendCommand(command: Command, ...rest: unknown[]): unknown;
}

interface Command {
  readonly promise?: Promise<unknown>;
}

/** Nest 12 makes clients asynchronously, Nest 11 does not. */
function tamed<Made>(made: Made): Made {
  if (made instanceof Promise) return made.then((client: Tameable) => tame(client)) as Made;
  tame(made as Tameable);
  return made;
}

/**
 * Nest does not look at what becomes of the messages that it publishes: one that is rejected would end the process. And
 * it waits for `quit()`, which a server that is gone never answers.
 */
function tame(client: Tameable): Tameable {
  const [sendCommand, quit] = [client.sendCommand.bind(client), client.quit.bind(client)];
  return Object.assign(client, {
    sendCommand: (command: Command, ...rest: unknown[]) => {
      command.promise?.catch(() => {});
      return sendCommand(command, ...rest);
    },
    quit: async () => {
      const late = (): Error => new Error('no answer to QUIT');
      await within(end(client, quit), closeMs, late).catch(() => destroy(client));
      return 'OK';
    },
  });
}
