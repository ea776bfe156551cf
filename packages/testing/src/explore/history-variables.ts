import type { NodeId, Term, Entry } from "@kontiki/core";
import { keyOf } from "./relabel.ts";

/** What the properties across nodes and time need to know about a node. Nodes with equal views are judged equally. */
export type View = {
  /** The node itself when it leads; else undefined. */
  readonly leader: NodeId | undefined;
  readonly term: Term;
  /** The number of entries that it knows to be committed. */
  readonly commit: number;
  readonly log: readonly Entry<string>[];
};

/** A read that waits for its answer. */
export type OpenRead = {
  readonly id: number;
  /** The node that a client asked. */
  readonly node: NodeId;
  /** How many entries were known to be committed when it was asked: the answer must cover them. */
  readonly floor: number;
};

/** The history variables of a run: facts that the checks need and that nodes may forget. */
export type History = {
  /** The leader of each term, at term - 1. */
  readonly leaders: readonly (NodeId | null)[];
  /** All entries that any node knew to be committed, and the term in which this was first known. */
  readonly committed: readonly {
    readonly entry: Entry<string>;
    readonly by: Term;
  }[];
  /** The reads that wait for an answer; absent in a search without reads. */
  readonly reads?: readonly OpenRead[];
  /** The latest round of each term that began at least an election timeout ago; absent in a search without leases. */
  readonly passed?: readonly number[];
};

/** The history before the first event. */
export const NO_HISTORY: History = { leaders: [], committed: [] };

/**
 * Adds the view of a node to the history. Returns a sentence instead when the view contradicts it: a second leader of one
 * term (Election Safety), another entry at a committed index (State Machine Safety), a leader that lacks an entry
 * committed in an earlier term (Leader Completeness, Figure 3).
 */
export function remembering(history: History, view: View): History | string {
  const { leader, term, log } = view;
  const known = history.leaders[term - 1] ?? null;
  if (leader !== undefined && known !== null && known !== leader)
    return `Election Safety: ${known} and ${leader} both led term ${term}`;
  const same = (at: number): boolean => keyOf(log[at]) === keyOf(history.committed[at]?.entry);
  for (const [at, { by }] of history.committed.entries()) {
    if (at < view.commit && !same(at))
      return `State Machine Safety: a different entry was committed at ${at + 1} earlier`;
    if (leader !== undefined && term > by && !same(at))
      return `Leader Completeness: ${leader} leads term ${term} but lacks entry ${at + 1}, committed in term ${by}`;
  }
  const fresh = log.slice(history.committed.length, view.commit);
  if (fresh.length === 0 && (leader === undefined || known === leader)) return history;
  return {
    ...history,
    leaders: leader === undefined ? history.leaders : withLeader(history.leaders, term, leader),
    committed: [...history.committed, ...fresh.map((entry) => ({ entry, by: term }))],
  };
}

function withLeader(
  leaders: History["leaders"],
  term: Term,
  leader: NodeId,
): readonly (NodeId | null)[] {
  const length = Math.max(leaders.length, term);
  return Array.from({ length }, (_none, at) => (at === term - 1 ? leader : (leaders[at] ?? null)));
}
