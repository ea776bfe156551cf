/** When a crashed node is started again, and when it is given up: a restart intensity as in Erlang/OTP. */
export type RestartPolicy = {
  /** Crashes of one node within the window that it is restarted after; the next one is the end. From 0. */
  readonly crashes: number;
  /** The window, in ms. A node that stays up so long starts with a clean slate. */
  readonly withinMs: number;
  /** Pause before the first restart, in ms; doubled with each further crash in the window. */
  readonly firstPauseMs: number;
  /** The longest pause, in ms. Small against the window, or a crash loop would be too slow to be noticed. */
  readonly pauseMsMax: number;
};

export const RESTART_DEFAULTS: RestartPolicy = {
  crashes: 10,
  withinMs: 10_000,
  firstPauseMs: 20,
  pauseMsMax: 500,
};

/** What to do about a crash, and how many there were in the window. */
export type RestartDecision = {
  readonly crashes: number;
  /** Pause in ms before the restart; undefined: give the node up. */
  readonly restartInMs: number | undefined;
};

/**
 * Decides by the times of a node's crashes that nobody asked for, in ms, the latest included if it was such.
 *
 * @param chance a number from 0 to 1 that spreads the pause over half its length, so that nodes which crashed
 *   together do not come back together.
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
