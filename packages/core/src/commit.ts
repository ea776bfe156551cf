import { INDEX_ZERO } from "./ids.ts";
import { quorumIndex } from "./quorum.ts";
import { unchanged, type Env, type State, type Step } from "./state.ts";

/**
 * Moves a leader's commit index to the highest entry that a majority holds durably, if that entry is of the
 * leader's own term (§5.3, §5.4.2).
 *
 * An entry of an older term may be on a majority and still be replaced (Figure 8); it is committed only by being
 * before one of this term. The leader counts itself as far as its disk goes, not as far as its log does.
 */
export function advanceCommit<C>(env: Env<C>, state: State): Step<C> {
  const { role } = state;
  if (role.type !== "leader") return unchanged(state);
  const held = quorumIndex(env.config.voters, (voter) =>
    voter === env.config.id ? state.durable : (role.progress[voter]?.match ?? INDEX_ZERO),
  );
  if (held <= state.commit || env.log.termAt(held) !== state.term) return unchanged(state);
  return { state: { ...state, commit: held }, effects: [{ type: "commit", upTo: held }] };
}
