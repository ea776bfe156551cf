import { assert } from "./assert.ts";
import { acceptEntries } from "./accept.ts";
import { resetElectionTimer } from "./effect.ts";
import type { NodeId } from "./ids.ts";
import type { AppendEntries } from "./message.ts";
import type { Env, State, Step } from "./state.ts";

/**
 * Handles an AppendEntries of the current term: its sender leads, so a candidate gives up and the timer starts
 * anew (§5.2). The vote stays as it is: it belongs to the term.
 */
export function onAppendEntries<C>(
  env: Env<C>,
  state: State,
  from: NodeId,
  message: AppendEntries<C>,
): Step<C> {
  assert(
    message.term === state.term,
    "older terms are refused and newer ones adopted before any handler runs",
  );
  assert(state.role.type !== "leader", "a term has one leader (Election Safety)");
  const known = state.role.type === "follower" ? state.role.leader : undefined;
  assert(known === undefined || known === from, "a term has one leader (Election Safety)");
  const follower: State =
    known === from ? state : { ...state, role: { type: "follower", leader: from } };
  const accepted = acceptEntries(env, follower, from, message);
  return { state: accepted.state, effects: [resetElectionTimer, ...accepted.effects] };
}
