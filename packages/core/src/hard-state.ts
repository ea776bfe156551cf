import { TERM_ZERO, type NodeId, type Term } from "./ids.ts";

/** What a server keeps over a crash beside its log (Figure 2, "persistent state on all servers"). */
export type HardState = { readonly term: Term; readonly votedFor: NodeId | undefined };

/** Term and vote of a server that has never run. */
export const INITIAL_HARD_STATE: HardState = { term: TERM_ZERO, votedFor: undefined };

/** Whether two states promise the same over a crash. */
export function sameHardState(a: HardState, b: HardState): boolean {
  return a.term === b.term && a.votedFor === b.votedFor;
}
