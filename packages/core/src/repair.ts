import type { Effect } from "./effect.ts";
import { atLeastAsUpToDate, type LogPosition } from "./entry.ts";
import { INDEX_ZERO, minIndex, type Index } from "./ids.ts";
import type { Repair, State, Step } from "./state.ts";

/** Nothing is proven and no server has answered. */
export const BEGIN_REPAIR: Repair = { proven: INDEX_ZERO, answers: {}, without: [], tried: [] };

/**
 * Clears the horizon of a server that had lost a part of its log. The log is intact again once it is proven to match
 * its leader's, or the lost log, up to a position at least as up to date as the horizon: every entry that this server
 * promised to hold and that was committed is then before that position (§5.4.1, Leader Completeness).
 */
export function repaired<C>(
  state: State,
  effects: readonly Effect<C>[],
  proven: LogPosition,
): Step<C> {
  if (state.horizon === undefined || !atLeastAsUpToDate(proven, state.horizon))
    return { state, effects };
  return {
    state: { ...state, horizon: undefined, repair: undefined },
    effects: [...effects, { type: "logRepaired" }],
  };
}

/** Entries after `after` were replaced by a leader's: they may be entries that the lost log did not have. */
export function cutProven(state: State, after: Index): State {
  const { repair } = state;
  if (repair === undefined || repair.proven <= after) return state;
  return { ...state, repair: { ...repair, proven: minIndex(repair.proven, after) } };
}
