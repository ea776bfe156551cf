import type { NodeId, Term, Entry } from "@kontiki/core";
import { keyOf } from "./relabel.ts";

/** What properties that relate nodes, and moments, need to know of a node: nodes with the same view are judged alike. */
export type View = {
  /** Who leads; undefined for a node that does not. */
  readonly leader: NodeId | undefined;
  readonly term: Term;
  /** The entries that it knows to be committed. */
  readonly commit: number;
  readonly log: readonly Entry<string>[];
};

/** What is remembered of a run, beyond what nodes remember. */
export type History = {
  /** Who led each term, at term - 1. */
  readonly leaders: readonly (NodeId | null)[];
  /** All entries that any node knew to be committed, and the term in which that was first known. */
  readonly committed: readonly {
    readonly entry: Entry<string>;
    readonly by: Term;
  }[];
};

/** Nothing has happened. */
export const NO_HISTORY: History = { leaders: [], committed: [] };

/**
 * The history with what a node shows. A sentence instead, when that contradicts it: two leaders of a term, one after the
 * other (Election Safety); another entry where one was committed (State Machine Safety); a leader that lacks what was
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
      return `State Machine Safety: another entry was committed at ${at + 1} before`;
    if (leader !== undefined && term > by && !same(at))
      return `Leader Completeness: ${leader} leads term ${term} and lacks entry ${at + 1}, committed in term ${by}`;
  }
  const fresh = log.slice(history.committed.length, view.commit);
  if (fresh.length === 0 && (leader === undefined || known === leader)) return history;
  return {
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
