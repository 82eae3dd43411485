import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SwitchmasterError } from './errors.ts';
import { linkSignals, untilAborted, WaitingRoom } from './waiting.ts';

const diagnose = (): SwitchmasterError => new SwitchmasterError('MASTER_UNREACHABLE', 'r1:6379 is away');

/** A condition that becomes true when the test says so. */
function condition(): { attempt: () => string | undefined; value: string | undefined; asked: number } {
  const state = {
    value: undefined as string | undefined,
    asked: 0,
    attempt: (): string | undefined => {
      state.asked += 1;
      return state.value;
    },
  };
  return state;
}

function withResolvers(): { promise: Promise<string>; resolve: (value: string) => void } {
  let resolve: (value: string) => void = () => {};
  const promise = new Promise<string>((done) => (resolve = done));
  return { promise, resolve };
}

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('WaitingRoom', () => {
  it('resolves at once with what is there', async () => {
    const room = new WaitingRoom();
    await expect(room.wait(() => 'master', undefined, diagnose)).resolves.toBe('master');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('resolves as soon as a check finds it', async () => {
    const room = new WaitingRoom();
    const found = condition();
    const waiting = room.wait(found.attempt, undefined, diagnose);
    room.check();
    found.value = 'master';
    room.check();
    await expect(waiting).resolves.toBe('master');
  });

  it('lets everybody look', async () => {
    const room = new WaitingRoom();
    const found = condition();
    const all = Promise.all([1, 2, 3].map(() => room.wait(found.attempt, undefined, diagnose)));
    found.value = 'master';
    room.check();
    await expect(all).resolves.toEqual(['master', 'master', 'master']);
  });

  it.each(['at once', 'later'])('throws what the attempt throws %s', async (when) => {
    const room = new WaitingRoom();
    const boom = new Error('boom');
    let broken = when === 'at once';
    const waiting = room.wait(
      () => {
        if (broken) throw boom;
        return undefined;
      },
      undefined,
      diagnose,
    );
    broken = true;
    room.check();
    await expect(waiting).rejects.toBe(boom);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects everybody at its end', async () => {
    const room = new WaitingRoom();
    const closed = new SwitchmasterError('CLOSED', 'closed');
    const all = Promise.allSettled([1, 2].map(() => room.wait(() => undefined, undefined, diagnose)));
    room.rejectAll(closed);
    await expect(all).resolves.toEqual([1, 2].map(() => ({ status: 'rejected', reason: closed })));
  });

  it('keeps the process alive as long as somebody waits', async () => {
    const room = new WaitingRoom();
    const found = condition();
    const two = [room.wait(found.attempt, undefined, diagnose), room.wait(() => 'b', undefined, diagnose)];
    expect(vi.getTimerCount()).toBe(1);
    found.value = 'a';
    room.check();
    await Promise.all(two);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks nobody any more who has left', async () => {
    const room = new WaitingRoom();
    const found = condition();
    const controller = new AbortController();
    const waiting = room.wait(found.attempt, controller.signal, diagnose);
    controller.abort();
    await expect(waiting).rejects.toThrow('aborted');
    const { asked } = found;
    room.check();
    expect(found.asked).toBe(asked);
  });
});

describe('a signal that fires', () => {
  const timeout = (): Error => new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  const changedMind = new Error('changed my mind');

  it.each([
    ['before', (controller: AbortController, reason: Error) => controller.abort(reason), () => {}],
    ['while waiting', () => {}, (controller: AbortController, reason: Error) => controller.abort(reason)],
  ])('%s: a timeout is explained, another reason is given back', async (_, before, meanwhile) => {
    for (const [reason, expected] of [
      [timeout(), { code: 'MASTER_UNREACHABLE', message: "r1:6379 is away (the caller's deadline passed)" }],
      [changedMind, changedMind],
    ] as const) {
      const room = new WaitingRoom();
      const controller = new AbortController();
      before(controller, reason);
      const waiting = room.wait(() => undefined, controller.signal, diagnose);
      meanwhile(controller, reason);
      await expect(waiting).rejects.toMatchObject(expected);
      expect(listeners(controller.signal)).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('as AbortSignal.timeout() does, is a timeout', async () => {
    vi.useRealTimers();
    const waiting = new WaitingRoom().wait(() => undefined, AbortSignal.timeout(5), diagnose);
    await expect(waiting).rejects.toMatchObject({
      code: 'MASTER_UNREACHABLE',
      cause: { name: 'TimeoutError' },
    });
  });

  it('has its reason as the cause, and the code of the diagnosis', async () => {
    const reason = timeout();
    const waiting = new WaitingRoom().wait(() => undefined, AbortSignal.abort(reason), diagnose);
    await expect(waiting).rejects.toMatchObject({ name: 'SwitchmasterError', cause: reason });
  });

  it('without a reason, is the AbortError of the platform', async () => {
    const waiting = new WaitingRoom().wait(() => undefined, AbortSignal.abort(), diagnose);
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('comes first, even where the answer is there', async () => {
    const waiting = new WaitingRoom().wait(() => 'master', AbortSignal.abort(changedMind), diagnose);
    await expect(waiting).rejects.toBe(changedMind);
  });
});

describe('untilAborted', () => {
  it('is the work where there is no signal', async () => {
    await expect(untilAborted(Promise.resolve(1), undefined, () => {}, diagnose)).resolves.toBe(1);
  });

  it.each([
    ['resolves', () => Promise.resolve('done'), { status: 'fulfilled', value: 'done' }],
    ['rejects', () => Promise.reject(new Error('boom')), { status: 'rejected', reason: new Error('boom') }],
  ])('lets the signal go when the work %s', async (_, work, expected) => {
    const { signal } = new AbortController();
    const [result] = await Promise.allSettled([untilAborted(work(), signal, () => {}, diagnose)]);
    expect(result).toEqual(expected);
    expect(listeners(signal)).toBe(0);
  });

  it('discards what comes too late', async () => {
    const late: string[] = [];
    const socket = withResolvers();
    const controller = new AbortController();
    const waiting = untilAborted(socket.promise, controller.signal, (value) => late.push(value), diagnose);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(late).toEqual([]);
    socket.resolve('socket');
    await vi.waitFor(() => expect(late).toEqual(['socket']));
  });
});

describe('linkSignals', () => {
  it.each(['the first', 'the second'])('fires with %s, for the same reason', (which) => {
    const [a, b] = [new AbortController(), new AbortController()];
    const { signal } = linkSignals(a.signal, b.signal);
    expect(signal.aborted).toBe(false);
    const reason = new Error('enough');
    (which === 'the first' ? a : b).abort(reason);
    expect(signal.reason).toBe(reason);
  });

  it('has fired where one of them has', () => {
    expect(linkSignals(AbortSignal.abort('a'), new AbortController().signal).signal.reason).toBe('a');
    expect(linkSignals(undefined, AbortSignal.abort('b')).signal.reason).toBe('b');
  });

  it('leaves nothing behind', () => {
    const [a, b] = [new AbortController(), new AbortController()];
    const { signal, unlink } = linkSignals(a.signal, b.signal);
    expect([listeners(a.signal), listeners(b.signal)]).toEqual([1, 1]);
    unlink();
    expect([listeners(a.signal), listeners(b.signal)]).toEqual([0, 0]);
    a.abort();
    expect(signal.aborted).toBe(false);
  });
});
