import { TERM_ZERO, type NodeId, type Term } from "./ids.ts";

/** What a server keeps across a crash besides its log (Figure 2, "persistent state on all servers"). */
export type HardState = {
  /** The latest term this server has seen (§5.1). It never decreases. */
  readonly term: Term;
  /**
   * The server that got this server's vote in `term`, possibly itself; undefined for none. Never changed within a term.
   */
  readonly votedFor: NodeId | undefined;
};

/** Term and vote of a server that has never run. */
export const INITIAL_HARD_STATE: HardState = { term: TERM_ZERO, votedFor: undefined };

/** Whether two hard states are equal. */
export function sameHardState(a: HardState, b: HardState): boolean {
  return a.term === b.term && a.votedFor === b.votedFor;
}
