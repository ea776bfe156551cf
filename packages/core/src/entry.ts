import { INDEX_ZERO, type Index, type Term } from "./ids.ts";
import type { Membership } from "./membership.ts";

/**
 * An entry of the replicated log: its `index`, from 1 without gaps, and the `term` of the leader that appended it. An
 * index and a term identify one entry across all logs (§5.3, Log Matching).
 */
export type Entry<C> =
  /** What a client proposed. The core never looks inside `command`. */
  | { readonly type: "command"; readonly index: Index; readonly term: Term; readonly command: C }
  /** What a new leader appends to commit entries of older terms (§5.4.2, §8). */
  | { readonly type: "noop"; readonly index: Index; readonly term: Term }
  /** The membership from this entry on, committed or not (§6, dissertation 4.1). */
  | {
      readonly type: "membership";
      readonly index: Index;
      readonly term: Term;
      readonly membership: Membership;
    };

/** The position of an entry: enough to compare two logs (§5.3, Log Matching). */
export type LogPosition = {
  /** 0 before the first entry. */
  readonly index: Index;
  /** The term of the entry at `index`; 0 before the first. */
  readonly term: Term;
};

/** The position before the first entry, which all logs share. */
export const LOG_START: LogPosition = { index: INDEX_ZERO, term: 0 as Term };

/**
 * What the core may read of a log. It writes the log only through effects.
 *
 * The log holds the entries from `firstIndex` to `lastIndex`. Earlier ones were compacted into a snapshot, and only the
 * term of the last of them is still known. An empty log has `lastIndex` = `firstIndex` - 1, which is 0 if it never held
 * an entry.
 */
export interface LogView<C> {
  /** The first entry in the log, 1 if it was never compacted. */
  readonly firstIndex: Index;
  /** The last entry; one less than `firstIndex` in an empty log. */
  readonly lastIndex: Index;
  /** The term of the entry at `at`, from `firstIndex` - 1 to `lastIndex`; 0 at index 0; undefined elsewhere. */
  termAt(at: Index): Term | undefined;
  /**
   * Entries `from` to `to`, both included, in order, but no more than fit in `maxBytes` (always at least one, however
   * large). Both bounds must be inside the log.
   */
  slice(from: Index, to: Index, maxBytes: number): readonly Entry<C>[];
  /**
   * Bytes of all commands after `after` (at least `firstIndex` - 1) up to `to`. Called often: it must not sum them each
   * time.
   */
  bytesBetween(after: Index, to: Index): number;
  /**
   * All entries that change the membership, in order. Without it a start looks at each entry of the log.
   */
  memberships?(): readonly Entry<C>[];
}

/** The last position of a log: what a candidate advertises (§5.4.1). */
export function lastPosition<C>(log: LogView<C>): LogPosition {
  return { index: log.lastIndex, term: termOfLast(log) };
}

/**
 * The election restriction (§5.4.1): is a log that ends at `theirs` at least as up to date as one that ends at `ours`?
 * The later last term wins; with equal last terms the longer log wins. If term and index were compared independently,
 * there could be two logs of which neither may be elected.
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
