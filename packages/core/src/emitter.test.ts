import { describe, expect, it, vi } from 'vitest';
import { Emitter } from './emitter.ts';

interface Events {
  tick: number;
  error: Error;
}

const make = (): {
  emitter: Emitter<Events>;
  heard: string[];
  listen: (who: string) => (n: number) => void;
} => {
  const heard: string[] = [];
  return {
    emitter: new Emitter<Events>(),
    heard,
    listen: (who) => (n) => void heard.push(`${who} ${n}`),
  };
};

/** The exceptions that nobody caught, in place of the test runner's own report of them. */
async function uncaughtDuring(run: () => void): Promise<unknown[]> {
  const uncaught: unknown[] = [];
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => uncaught.push(error));
  try {
    run();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of before) process.on('uncaughtException', listener);
  }
  return uncaught;
}

describe('Emitter', () => {
  it('tells every listener, in the order in which they came', () => {
    const { emitter, heard, listen } = make();
    emitter.on('tick', listen('a'));
    emitter.on('tick', listen('b'));
    emitter.emit('tick', 1);
    expect(heard).toEqual(['a 1', 'b 1']);
  });

  it('tells only those of that event', () => {
    const { emitter, heard, listen } = make();
    emitter.on('tick', listen('a'));
    emitter.emit('error', new Error('boom'));
    expect(heard).toEqual([]);
  });

  it('drops an event that nobody listens to, an error too', () => {
    const { emitter } = make();
    expect(() => emitter.emit('error', new Error('boom'))).not.toThrow();
  });

  it.each([
    ['what on() returned', (undo: () => void) => undo()],
    ['off()', (_: () => void, off: () => void) => off()],
  ])('stops telling after %s', (_, stop) => {
    const { emitter, heard, listen } = make();
    const a = listen('a');
    const undo = emitter.on('tick', a);
    emitter.on('tick', listen('b'));
    stop(undo, () => emitter.off('tick', a));
    emitter.emit('tick', 1);
    expect(heard).toEqual(['b 1']);
    expect(undo).not.toThrow();
  });

  it('tells nobody after clear()', () => {
    const { emitter, heard, listen } = make();
    emitter.on('tick', listen('a'));
    emitter.clear();
    emitter.emit('tick', 1);
    expect(heard).toEqual([]);
  });

  it('does not mind listeners that come and go while it tells', () => {
    const { emitter, heard, listen } = make();
    const late = listen('late');
    const undo = emitter.on('tick', (n) => {
      heard.push(`once ${n}`);
      undo();
      emitter.on('tick', late);
    });
    emitter.emit('tick', 1);
    emitter.emit('tick', 2);
    expect(heard).toEqual(['once 1', 'late 2']);
  });

  it('reports what a listener throws as uncaught, and tells the others all the same', async () => {
    const { emitter, heard, listen } = make();
    const boom = new Error('boom');
    emitter.on('tick', () => {
      throw boom;
    });
    emitter.on('tick', listen('b'));
    const uncaught = await uncaughtDuring(() => emitter.emit('tick', 1));
    expect(heard).toEqual(['b 1']);
    expect(uncaught).toEqual([boom]);
  });

  it('keeps a listener that is given twice once', () => {
    const { emitter } = make();
    const listener = vi.fn<(n: number) => void>();
    emitter.on('tick', listener);
    emitter.on('tick', listener);
    emitter.emit('tick', 1);
    expect(listener).toHaveBeenCalledOnce();
  });
});
