import { assert } from "./assert.ts";
import { send, type Effect } from "./effect.ts";
import type { Entry, LogPosition, LogView } from "./entry.ts";
import {
  indexAfter,
  maxIndex,
  minIndex,
  previousIndex,
  type Index,
  type NodeId,
  type Term,
} from "./ids.ts";
import type { AppendEntries, AppendRejected } from "./message.ts";
import type { Env, State, Step } from "./state.ts";

/**
 * Takes a leader's entries into the log, or says where the logs part (§5.3, Figure 2 "AppendEntries RPC, receiver").
 *
 * Commit and the answer go by what this message proved: prevIndex + its entries. What the log holds behind that
 * was not compared and may be another leader's.
 */
export function acceptEntries<C>(
  env: Env<C>,
  state: State,
  from: NodeId,
  message: AppendEntries<C>,
): Step<C> {
  if (env.log.termAt(message.prevIndex) !== message.prevTerm) {
    return { state, effects: [send<C>(from, conflict(env.log, state, message.prevIndex))] };
  }
  assertPieceOfLog(message);
  const match = indexAfter(message.prevIndex, message.entries.length);
  const { fresh, cutAfter } = compare(env.log, message.entries);
  assert(
    cutAfter === undefined || cutAfter >= state.commit,
    "a committed entry is never removed (§5.4)",
  );
  const effects: Effect<C>[] = [];
  if (cutAfter !== undefined) effects.push({ type: "truncateLog", after: cutAfter });
  if (fresh.length > 0) effects.push({ type: "appendLog", entries: fresh });
  const commit = maxIndex(state.commit, minIndex(message.commit, match));
  if (commit > state.commit) effects.push({ type: "commit", upTo: commit });
  effects.push(send<C>(from, { type: "appendAccepted", term: state.term, match }));
  const durable = cutAfter === undefined ? state.durable : minIndex(state.durable, cutAfter);
  return { state: { ...state, commit, durable }, effects };
}

/** A refusal of an AppendEntries of an older term: the term tells the sender that it no longer leads (§5.1). */
export function refuseStale<C>(
  state: State,
  log: LogView<C>,
  message: AppendEntries<C>,
): AppendRejected {
  return rejection(state.term, message.prevIndex, undefined, indexAfter(log.lastIndex));
}

/** What a leader sends is a piece of its log: adjacent, of terms that never fall and that it has reached (§5.3). */
function assertPieceOfLog<C>({ term, prevIndex, prevTerm, entries }: AppendEntries<C>): void {
  let before: LogPosition = { index: prevIndex, term: prevTerm };
  for (const entry of entries) {
    assert(
      entry.index === indexAfter(before.index),
      `entry ${entry.index} does not follow ${before.index}`,
    );
    assert(
      entry.term >= before.term && entry.term <= term,
      `entry ${entry.index} is of no term of this log`,
    );
    before = entry;
  }
}

/**
 * Splits a leader's entries into those that are here already and those to append, and says where to cut.
 *
 * Only a conflict removes anything: messages arrive late and out of order, and an old one that ends earlier than
 * our log must not cut off what a newer one brought.
 */
function compare<C>(
  log: LogView<C>,
  entries: readonly Entry<C>[],
): { readonly fresh: readonly Entry<C>[]; readonly cutAfter: Index | undefined } {
  const first = entries.findIndex((entry) => log.termAt(entry.index) !== entry.term);
  if (first === -1) return { fresh: [], cutAfter: undefined };
  const fresh = first === 0 ? entries : entries.slice(first);
  const from = entries[first];
  assert(from !== undefined, "findIndex gives a place in the array");
  return { fresh, cutAfter: from.index <= log.lastIndex ? previousIndex(from.index) : undefined };
}

function conflict<C>(log: LogView<C>, state: State, prevIndex: Index): AppendRejected {
  const conflictTerm = log.termAt(prevIndex);
  if (conflictTerm === undefined)
    return rejection(state.term, prevIndex, undefined, indexAfter(log.lastIndex));
  return rejection(state.term, prevIndex, conflictTerm, firstOfTerm(log, prevIndex, conflictTerm));
}

/** The first index of the term at `at`. Terms never fall along a log, so halving finds it. */
function firstOfTerm<C>(log: LogView<C>, at: Index, wanted: Term): Index {
  let low = log.firstIndex;
  let high = at;
  while (low < high) {
    const middle = indexAfter(low, Math.floor((high - low) / 2));
    const there = log.termAt(middle);
    assert(there !== undefined && there <= wanted, "terms never fall along a log");
    if (there < wanted) low = indexAfter(middle);
    else high = middle;
  }
  return low;
}

function rejection(
  term: Term,
  prevIndex: Index,
  conflictTerm: Term | undefined,
  conflictIndex: Index,
): AppendRejected {
  return { type: "appendRejected", term, prevIndex, conflictTerm, conflictIndex };
}
