/** How a command ends. Scripts depend on these numbers: they never change their meaning. */
export const exitCodes = {
  /** Everything is fine. */
  ok: 0,
  /** It ran, and what it found or did is not as it should be. */
  failed: 1,
  /** The command line, the environment or the config file is wrong; nothing was done. */
  usage: 2,
  /** Nothing could be asked: no sentinel answers, or none knows the name. */
  unreachable: 3,
  /** Ctrl-C or SIGTERM; what had been changed was undone first. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
