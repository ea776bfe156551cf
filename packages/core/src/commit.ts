import { INDEX_ZERO } from "./ids.ts";
import { membershipOf, withCommit } from "./in-force.ts";
import { continueMembershipChange } from "./leader-membership.ts";
import { decided } from "./quorum.ts";
import { releaseReads } from "./read.ts";
import { andThen, unchanged, type Env, type State, type Step } from "./state.ts";

/**
 * Moves a leader's commit index to the highest entry that a majority holds durably, if that entry is of the leader's
 * own term (§5.3, §5.4.2). While the membership is joint, a majority of each half must hold it.
 *
 * An entry of an older term may be on a majority and still be replaced (Figure 8); it is committed only through a later
 * entry of this term. The leader counts itself only up to its last durable entry, and only if it is a voter.
 */
export function advanceCommit<C>(env: Env<C>, state: State): Step<C> {
  const { role } = state;
  if (role.type !== "leader") return unchanged(state);
  const held = decided(membershipOf(env, state), (voter) =>
    voter === env.config.id ? state.durable : (role.progress[voter]?.match ?? INDEX_ZERO),
  );
  if (held === undefined || held <= state.commit || env.log.termAt(held) !== state.term)
    return unchanged(state);
  const committed: Step<C> = {
    state: withCommit(state, held),
    effects: [{ type: "commit", upTo: held }],
  };
  const released = andThen(committed, (next) => releaseReads(env, next));
  return andThen(released, (next) => continueMembershipChange(env, next));
}
