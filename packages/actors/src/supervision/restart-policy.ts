/** When a crashed node is restarted, and when it is given up: a restart intensity as in Erlang/OTP. */
export type RestartPolicy = {
  /** How many crashes within the window are followed by a restart; one more and the node is given up. 0 or more. */
  readonly crashes: number;
  /** The window, in ms. After running for this long a node's earlier crashes no longer count. */
  readonly withinMs: number;
  /** Pause before the first restart, in ms; doubled with each further crash in the window. */
  readonly firstPauseMs: number;
  /**
   * The longest pause, in ms. It must be short compared to the window, or a crash loop would never exceed the limit.
   */
  readonly pauseMsMax: number;
};

export const RESTART_DEFAULTS: RestartPolicy = {
  crashes: 10,
  withinMs: 10_000,
  firstPauseMs: 20,
  pauseMsMax: 500,
};

/** The decision about a crash, and the number of crashes in the window. */
export type RestartDecision = {
  readonly crashes: number;
  /** Pause in ms before the restart; undefined to give the node up. */
  readonly restartInMs: number | undefined;
};

/**
 * Decides from the times of a node's unrequested crashes, in ms, including the latest one if it was unrequested.
 *
 * @param chance a random number from 0 to 1 that spreads the pause over half its length, so that nodes which crashed
 * together do not restart together.
 */
export function decideRestart(
  policy: RestartPolicy,
  crashTimes: readonly number[],
  now: number,
  chance: number,
): RestartDecision {
  const crashes = crashTimes.filter((time) => time > now - policy.withinMs).length;
  if (crashes > policy.crashes) return { crashes, restartInMs: undefined };
  const pause = Math.min(policy.firstPauseMs * 2 ** Math.max(0, crashes - 1), policy.pauseMsMax);
  return { crashes, restartInMs: Math.round(pause * (0.5 + chance / 2)) };
}
