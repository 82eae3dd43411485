import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv6';
import { describe, expect, it, vi } from 'vitest';
import { expectKeyv5 } from './keyv-version.ts';
import { SwitchmasterStore } from './store.ts';

const client = {
  isOpen: true,
  isReady: true,
  sendCommand: async () => null,
  connect: async () => {},
  destroy() {},
  on() {},
};

describe('keyv', () => {
  it('5 is what is needed', () => {
    expect(() => expectKeyv5(Keyv)).not.toThrow();
  });

  it('6 is refused by createStore(), and told how to get rid of', () => {
    expect(() => expectKeyv5(Keyv6)).toThrow(
      /not version 5.*wrap\(\) never hits.*npm install keyv@\^5\.6\.0/,
    );
  });

  it('6 over a bare store is warned of, once', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    try {
      const keyv = new Keyv({ store: new SwitchmasterStore({ client }) });
      expect(keyv.opts.store).toBeDefined();
      expect(warn).not.toHaveBeenCalled();
      const [first, second] = [1, 2].map(() => new Keyv6({ store: new SwitchmasterStore({ client }) }));
      expect(first).not.toBe(second);
      expect(warn).toHaveBeenCalledOnce();
      expect(warn.mock.calls[0]).toEqual([
        expect.stringContaining('used by a Keyv 6'),
        { type: 'SwitchmasterWarning', code: 'SWITCHMASTER_KEYV_6' },
      ]);
    } finally {
      warn.mockRestore();
    }
  });
});
