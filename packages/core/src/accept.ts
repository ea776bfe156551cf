import { assert } from "./assert.ts";
import { send, type Effect } from "./effect.ts";
import { atLeastAsUpToDate, type Entry, type LogPosition, type LogView } from "./entry.ts";
import { indexAfter, maxIndex, minIndex, previousIndex, type Index, type Term } from "./ids.ts";
import { withCommit, withLog } from "./in-force.ts";
import type { AppendEntries, AppendRejected } from "./message.ts";
import type { Peer } from "./membership.ts";
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
  return repaired(next, effects, { index: match, term: entries.at(-1)?.term ?? prevTerm });
}

/**
 * The log of a server that had lost a part of it is whole once it is proven to be its leader's up to a position at least
 * as far as the one it had: all that it ever promised to hold and that was committed is before it (§5.4.1, Leader
 * Completeness).
 */
export function repaired<C>(
  state: State,
  effects: readonly Effect<C>[],
  proven: LogPosition,
): Step<C> {
  if (state.horizon === undefined || !atLeastAsUpToDate(proven, state.horizon))
    return { state, effects };
  return {
    state: { ...state, horizon: undefined },
    effects: [...effects, { type: "logRepaired" }],
  };
}

/**
 * The leader begins before this log does. What was compacted here is committed, and so in the leader's log as well
 * (Leader Completeness): it may go on from there.
 */
function acceptKnown<C>(state: State, from: Peer, round: number): Step<C> {
  const { term, commit } = state;
  return {
    state,
    effects: [send<C>(from, { type: "appendAccepted", term, match: commit, round })],
  };
}

/** A refusal of an AppendEntries of an older term: the term tells the sender that it no longer leads (§5.1). */
export function refuseStale<C>(
  state: State,
  log: LogView<C>,
  { prevIndex, round }: AppendEntries<C>,
): AppendRejected {
  const conflictIndex = indexAfter(log.lastIndex);
  const { term } = state;
  return { type: "appendRejected", term, prevIndex, conflictTerm: undefined, conflictIndex, round };
}

/** What a leader sends is a piece of its log: adjacent, of terms that never fall and that it has reached (§5.3). */
function assertPieceOfLog<C>({ term, prevIndex, prevTerm, entries }: AppendEntries<C>): void {
  let before: LogPosition = { index: prevIndex, term: prevTerm };
  for (const entry of entries) {
    assert(
      entry.index === indexAfter(before.index),
      () => `entry ${entry.index} does not follow ${before.index}`,
    );
    assert(
      entry.term >= before.term && entry.term <= term,
      () => `entry ${entry.index} is of no term of this log`,
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
