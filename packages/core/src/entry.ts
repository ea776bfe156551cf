import { INDEX_ZERO, type Index, type Term } from "./ids.ts";
import type { Membership } from "./membership.ts";

/**
 * One place in the replicated log: its `index`, from 1 without holes, and the `term` of the leader that appended it.
 * An index and a term name one entry in all logs (§5.3, Log Matching).
 */
export type Entry<C> =
  /** What a client proposed. The core never looks into `command`. */
  | { readonly type: "command"; readonly index: Index; readonly term: Term; readonly command: C }
  /** What a new leader appends to commit what older terms left behind (§5.4.2, §8). */
  | { readonly type: "noop"; readonly index: Index; readonly term: Term }
  /** Who belongs to the cluster from this entry on, committed or not (§6, dissertation 4.1). */
  | {
      readonly type: "membership";
      readonly index: Index;
      readonly term: Term;
      readonly membership: Membership;
    };

/** Where an entry stands: enough to compare two logs (§5.3, Log Matching). */
export type LogPosition = {
  /** 0 before the first entry. */
  readonly index: Index;
  /** The term of the entry at `index`; 0 before the first. */
  readonly term: Term;
};

/** The position before the first entry, which all logs share. */
export const LOG_START: LogPosition = { index: INDEX_ZERO, term: 0 as Term };

/**
 * What the core may ask of a log. It is read through this view and written only by effects.
 *
 * Entries from `firstIndex` to `lastIndex` are there; those before it were compacted into a snapshot, and only the term
 * of the last of them is still known. A log that holds nothing has `lastIndex` = `firstIndex` - 1: 0 in one that never
 * held anything.
 */
export interface LogView<C> {
  /** The first entry that is there, 1 in a log that was never compacted. */
  readonly firstIndex: Index;
  /** The last entry; one less than `firstIndex` in an empty log. */
  readonly lastIndex: Index;
  /** The term of the entry at `at`, from `firstIndex` - 1 on; 0 at index 0; undefined elsewhere. */
  termAt(at: Index): Term | undefined;
  /**
   * Entries `from` to `to`, both included, in order, but no more than fit in `maxBytes` (at least one is always
   * given, however large). Bounds must lie inside the log.
   */
  slice(from: Index, to: Index, maxBytes: number): readonly Entry<C>[];
  /** Bytes of all commands behind `after`, from `firstIndex` - 1, up to `to`. Asked often, so no sum anew. */
  bytesBetween(after: Index, to: Index): number;
}

/** The last position of a log: what a candidate advertises (§5.4.1). */
export function lastPosition<C>(log: LogView<C>): LogPosition {
  return { index: log.lastIndex, term: termOfLast(log) };
}

/**
 * The election restriction (§5.4.1): is a log that ends at `theirs` at least as up to date as one that ends at
 * `ours`? The later last term wins; with equal last terms the longer log does. Comparing term and index apart
 * from each other would leave logs of which neither may be elected.
 *
 * @example
 * ```ts
 * import { atLeastAsUpToDate, index, term } from "@kontiki/core";
 *
 * const ours = { index: index(9), term: term(2) };
 * console.log(atLeastAsUpToDate({ index: index(4), term: term(3) }, ours)); // true
 * console.log(atLeastAsUpToDate({ index: index(8), term: term(2) }, ours)); // false
 * ```
 */
export function atLeastAsUpToDate(theirs: LogPosition, ours: LogPosition): boolean {
  if (theirs.term !== ours.term) return theirs.term > ours.term;
  return theirs.index >= ours.index;
}

function termOfLast<C>(log: LogView<C>): Term {
  return log.termAt(log.lastIndex) ?? LOG_START.term;
}
