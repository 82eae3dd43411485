import type { HoldEvent, NodeAddress, ReleaseEvent, SwitchEvent, TopologySnapshot } from '@switchmaster/core';

/** Something that was seen. `at` is in milliseconds since the epoch. */
export type Happening =
  | { readonly type: 'topology'; readonly at: number; readonly topology: TopologySnapshot }
  | {
      readonly type: 'event';
      readonly at: number;
      /** Who published it. */
      readonly sentinel: NodeAddress;
      readonly channel: string;
      readonly payload: string;
    }
  | ({ readonly type: 'hold' } & HoldEvent)
  | ({ readonly type: 'release' } & ReleaseEvent)
  | ({ readonly type: 'switch' } & SwitchEvent)
  /** The old master has become a replica, or is gone. */
  | { readonly type: 'demoted'; readonly at: number; readonly address: NodeAddress }
  | { readonly type: 'trouble'; readonly at: number; readonly code: string; readonly message: string };

/** What sentinels publish and people want to know; names are exact. */
export const channels: readonly string[] = [
  '+sdown',
  '-sdown',
  '+odown',
  '-odown',
  '+try-failover',
  '+elected-leader',
  '+selected-slave',
  '+failover-state-send-slaveof-noone',
  '+failover-state-wait-promotion',
  '+promoted-slave',
  '+switch-master',
  '+failover-end',
  '+failover-end-for-timeout',
  '-failover-abort-not-elected',
  '-failover-abort-no-good-slave',
  '-failover-abort-slave-timeout',
  '+slave',
  '+slave-reconf-done',
  '+convert-to-slave',
  '+fix-slave-config',
  '+sentinel',
  '+sentinel-address-switch',
  '+reset-master',
  '+monitor',
  '-monitor',
  '+set',
  '+reboot',
  '+tilt',
  '-tilt',
];

/** Milliseconds since the epoch with a fraction, as core has them. */
export function clockMs(): number {
  return performance.timeOrigin + performance.now();
}
