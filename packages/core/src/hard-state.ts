import { TERM_ZERO, type NodeId, type Term } from "./ids.ts";

/** What a server keeps over a crash beside its log (Figure 2, "persistent state on all servers"). */
export type HardState = {
  /** The latest term this server has seen (§5.1). It never falls. */
  readonly term: Term;
  /** Who got this server's vote in `term`, itself included; undefined when nobody did. Never changed within a term. */
  readonly votedFor: NodeId | undefined;
};

/** Term and vote of a server that has never run. */
export const INITIAL_HARD_STATE: HardState = { term: TERM_ZERO, votedFor: undefined };

/** Whether two states promise the same over a crash. */
export function sameHardState(a: HardState, b: HardState): boolean {
  return a.term === b.term && a.votedFor === b.votedFor;
}
