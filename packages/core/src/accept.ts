import { assert } from "./assert.ts";
import { send, type Effect } from "./effect.ts";
import { type Entry, type LogPosition, type LogView } from "./entry.ts";
import { indexAfter, maxIndex, minIndex, previousIndex, type Index, type Term } from "./ids.ts";
import { withCommit, withLog } from "./in-force.ts";
import type { AppendEntries, AppendRejected } from "./message.ts";
import type { Peer } from "./membership.ts";
import { cutProven, repaired } from "./repair.ts";
import type { Env, State, Step } from "./state.ts";

/**
 * Appends a leader's entries to the log, or reports where the two logs diverge (§5.3, Figure 2 "AppendEntries RPC,
 * receiver").
 *
 * The commit index and the reply depend only on what this message proved: prevIndex + its entries. Entries after that
 * were not compared and may be another leader's.
 */
export function acceptEntries<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  message: AppendEntries<C>,
): Step<C> {
  const { log } = env;
  const { round, prevIndex, prevTerm, entries } = message;
  if (prevIndex < log.firstIndex - 1) return acceptKnown(state, from, round);
  if (log.termAt(prevIndex) !== prevTerm)
    return { state, effects: [send<C>(from, conflict(log, state, message))] };
  assertPieceOfLog(message);
  const match = indexAfter(prevIndex, entries.length);
  const { fresh, cutAfter } = compare(log, entries);
  assert(
    cutAfter === undefined || cutAfter >= state.commit,
    "a committed entry is never removed (§5.4)",
  );
  const effects: Effect<C>[] = [];
  if (cutAfter !== undefined) effects.push({ type: "truncateLog", after: cutAfter });
  if (fresh.length > 0) effects.push({ type: "appendLog", entries: fresh });
  const commit = maxIndex(state.commit, minIndex(message.commit, match));
  if (commit > state.commit) effects.push({ type: "commit", upTo: commit });
  effects.push(send<C>(from, { type: "appendAccepted", term: state.term, match, round }));
  const durable = cutAfter === undefined ? state.durable : minIndex(state.durable, cutAfter);
  const logged = fresh.length === 0 ? state : withLog(state, cutAfter, fresh);
  const next: State =
    commit === state.commit && durable === state.durable
      ? logged
      : { ...withCommit(logged, commit), durable };
  return repaired(cutAfter === undefined ? next : cutProven(next, cutAfter), effects, {
    index: match,
    term: entries.at(-1)?.term ?? prevTerm,
  });
}

/**
 * The leader's message starts before the first entry of this log. Entries compacted here are committed, so the leader's
 * log holds them too (Leader Completeness): it may continue after the commit index.
 */
function acceptKnown<C>(state: State, from: Peer, round: number): Step<C> {
  const { term, commit } = state;
  return {
    state,
    effects: [send<C>(from, { type: "appendAccepted", term, match: commit, round })],
  };
}

/**
 * Rejects an AppendEntries of an older term: the newer term in the reply tells the sender to step down (§5.1).
 *
 * It answers no round. The sender may lead the newer term by now, whose rounds begin again at 0: a larger one of its
 * earlier lead would confirm reads and leases that no majority has confirmed (dissertation 6.4).
 */
export function refuseStale<C>(
  state: State,
  log: LogView<C>,
  { prevIndex }: AppendEntries<C>,
): AppendRejected {
  const conflictIndex = indexAfter(log.lastIndex);
  const { term } = state;
  return {
    type: "appendRejected",
    term,
    prevIndex,
    conflictTerm: undefined,
    conflictIndex,
    round: 0,
  };
}

/** A leader sends a piece of its own log: adjacent entries whose terms never decrease nor exceed its own (§5.3). */
function assertPieceOfLog<C>({ term, prevIndex, prevTerm, entries }: AppendEntries<C>): void {
  let before: LogPosition = { index: prevIndex, term: prevTerm };
  for (const entry of entries) {
    assert(
      entry.index === indexAfter(before.index),
      () => `entry ${entry.index} does not follow ${before.index}`,
    );
    assert(
      entry.term >= before.term && entry.term <= term,
      () => `entry ${entry.index} has term ${entry.term}, which this log cannot hold there`,
    );
    before = entry;
  }
}

/**
 * Splits a leader's entries into those already in the log and those to append, and finds where to truncate.
 *
 * Only a conflict removes entries: messages arrive late and out of order, and an old one that ends before the end of
 * the log must not remove what a newer one appended.
 */
function compare<C>(
  log: LogView<C>,
  entries: readonly Entry<C>[],
): { readonly fresh: readonly Entry<C>[]; readonly cutAfter: Index | undefined } {
  const first = entries.findIndex((entry) => log.termAt(entry.index) !== entry.term);
  if (first === -1) return { fresh: [], cutAfter: undefined };
  const fresh = first === 0 ? entries : entries.slice(first);
  const from = entries[first];
  assert(from !== undefined, "findIndex returns an index of the array");
  return { fresh, cutAfter: from.index <= log.lastIndex ? previousIndex(from.index) : undefined };
}

function conflict<C>(
  log: LogView<C>,
  { term }: State,
  { prevIndex, round }: AppendEntries<C>,
): AppendRejected {
  const conflictTerm = log.termAt(prevIndex);
  const conflictIndex =
    conflictTerm === undefined
      ? indexAfter(log.lastIndex)
      : firstOfTerm(log, prevIndex, conflictTerm);
  return { type: "appendRejected", term, prevIndex, conflictTerm, conflictIndex, round };
}

/** The first index of the term at `at`. Terms never decrease along a log, so a binary search finds it. */
function firstOfTerm<C>(log: LogView<C>, at: Index, wanted: Term): Index {
  let low = log.firstIndex;
  let high = at;
  while (low < high) {
    const middle = indexAfter(low, Math.floor((high - low) / 2));
    const there = log.termAt(middle);
    assert(there !== undefined && there <= wanted, "terms never decrease along a log");
    if (there < wanted) low = indexAfter(middle);
    else high = middle;
  }
  return low;
}
