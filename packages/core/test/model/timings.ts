/**
 * A sentinel's periods, in milliseconds: those of `sentinel.c`, but for the ones that only make histories longer,
 * which are some three times shorter in proportion. What the resolver relies on is as it is: a leader asks the
 * promoted replica for `INFO` each second.
 */
export const timings = {
  tickMs: 100,
  downAfterMs: 500,
  infoMs: 3000,
  eagerInfoMs: 1000,
  helloMs: 700,
  askMs: 300,
  desyncMs: 300,
  electionMs: 1500,
  failoverTimeoutMs: 3000,
  /** Four times the period of hellos, in which the right configuration would have come. */
  convertAfterMs: 2800,
  /** How long a master may say that it is a replica before it counts as down. */
  demotedMasterMs: 6500,
  tiltAfterMs: 2000,
  tiltMs: 3000,
} as const;
