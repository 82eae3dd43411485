type RetryStrategy = (this: Hooks, times: number) => number | void | null;
type ReconnectOnError = (this: Hooks, error: Error) => boolean | 1 | 2;

/** The options of a client, as far as ioredis calls them. It calls them as methods, so that `this` is the options. */
export interface Hooks {
  retryStrategy?: RetryStrategy | null | undefined;
  reconnectOnError?: ReconnectOnError | null | undefined;
}

/** What decides in the place of the user's own hooks, and asks those where the decision is theirs. */
export interface Decider {
  nextDelay(asked: () => ReturnType<RetryStrategy>): ReturnType<RetryStrategy>;
  reconnects(error: Error, asked: () => ReturnType<ReconnectOnError>): ReturnType<ReconnectOnError>;
}

const deciders = new WeakMap<Hooks, Decider>();

const retryStrategy = wrapping<number, ReturnType<RetryStrategy>>((decider, _, asked) =>
  decider.nextDelay(asked),
);
const reconnectOnError = wrapping<Error, ReturnType<ReconnectOnError>>((decider, error, asked) =>
  decider.reconnects(error, asked),
);

/** Lets `decider` decide for the client that uses these options. */
export function wrapHooks(options: Hooks, decider: Decider): void {
  deciders.set(options, decider);
  options.retryStrategy = retryStrategy(options.retryStrategy ?? giveUp);
  options.reconnectOnError = reconnectOnError(options.reconnectOnError ?? stay);
}

function giveUp(): void {}

function stay(): boolean {
  return false;
}

type Hook<Argument, Answer> = (this: Hooks, argument: Argument) => Answer;

/**
 * Wraps each hook once: the many clients that have the same hook share what it is wrapped in, and the options of a
 * duplicate, which are those of the original, have it already.
 */
function wrapping<Argument, Answer>(
  decide: (decider: Decider, argument: Argument, asked: () => Answer) => Answer,
): (users: Hook<Argument, Answer>) => Hook<Argument, Answer> {
  const known = new WeakMap<Hook<Argument, Answer>, Hook<Argument, Answer>>();
  return (users) => {
    const wrapped =
      known.get(users) ??
      function hook(this: Hooks, argument: Argument): Answer {
        const asked = (): Answer => users.call(this, argument);
        const decider = deciders.get(this);
        return decider ? decide(decider, argument, asked) : asked();
      };
    known.set(users, wrapped).set(wrapped, wrapped);
    return wrapped;
  };
}
