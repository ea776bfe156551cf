import { LOG_START, type LogPosition, type LogView } from "./entry.ts";
import { INDEX_ZERO, maxIndex, minIndex, type Index, type Term } from "./ids.ts";
import { membersOf, uidOf, type Membership, type Peer } from "./membership.ts";
import type { Snapshot } from "./snapshot.ts";

/** Adjacent entries of a log, `firstIndex` to `lastIndex`, at least one. Only those may be asked for. */
export type LogPiece<C> = Pick<LogView<C>, "firstIndex" | "lastIndex" | "termAt" | "slice">;

/**
 * What is known of one log: intact pieces in ascending order that do not touch, and the positions of some entries that
 * are lost. All of it was one log at one moment, so entries of different pieces belong together.
 */
export type LogCopy<C> = {
  /** What is left of its entries. */
  readonly pieces: readonly LogPiece<C>[];
  /** Positions that it is known to have held, ascending. The last one is where it ended. At least one. */
  readonly marks: readonly LogPosition[];
};

/**
 * What a server's disk holds besides its log and its snapshots: the intact parts of files that were found damaged. The
 * server gives them to any server that asks, and uses them itself. They never change while the server runs.
 */
export type Salvage<C> = {
  /** The intact parts of damaged logs. */
  readonly logs: readonly LogCopy<C>[];
  /** Damaged snapshots of which some parts are intact. */
  readonly snapshots: readonly Snapshot[];
};

/** A server that found no damage. */
export const NO_SALVAGE: Salvage<never> = { logs: [], snapshots: [] };

/** The most positions that `knownTerms` gives. One that both logs have is enough, so old terms may be left out. */
export const KNOWN_MAX = 1024;

const members = new WeakMap<Salvage<unknown>, readonly Peer[]>();

/** All servers that any membership among the salvaged entries lists, each disk once. */
export function salvagedMembers<C>(salvage: Salvage<C>): readonly Peer[] {
  let known = members.get(salvage);
  if (known === undefined) {
    const memberships = salvage.logs.flatMap(({ pieces }) => pieces.flatMap(membershipsOf));
    const found = new Map<string, Peer>();
    for (const membership of memberships)
      for (const node of membersOf(membership)) {
        const uid = uidOf(membership, node);
        found.set(`${node} ${uid}`, { node, uid });
      }
    known = [...found.values()];
    members.set(salvage, known);
  }
  return known;
}

function membershipsOf<C>(piece: LogPiece<C>): readonly Membership[] {
  const entries = piece.slice(piece.firstIndex, piece.lastIndex, Number.MAX_SAFE_INTEGER);
  return entries.flatMap((entry) => (entry.type === "membership" ? [entry.membership] : []));
}

/** The position that a log ended with. */
export function endOf<C>({ marks }: LogCopy<C>): LogPosition {
  return marks.at(-1) ?? LOG_START;
}

/**
 * The last known position of each term in a log, ascending: what another server needs to tell how far the two logs are
 * the same. Only the last 1,024 terms are given.
 */
export function knownTerms<C>({ pieces, marks }: LogCopy<C>): readonly LogPosition[] {
  const lasts = new Map<Term, Index>();
  const note = (term: Term, index: Index): void => {
    lasts.set(term, maxIndex(lasts.get(term) ?? INDEX_ZERO, index));
  };
  for (const { index, term } of marks) note(term, index);
  for (const piece of pieces.toReversed()) {
    let at: number = piece.lastIndex;
    while (at >= piece.firstIndex && lasts.size < KNOWN_MAX + marks.length) {
      const here = piece.termAt(at as Index) as Term;
      note(here, at as Index);
      at = lastUpTo(piece, (here - 1) as Term) ?? 0;
    }
  }
  return [...lasts]
    .map(([term, index]) => ({ index, term }))
    .sort((one, other) => one.index - other.index)
    .slice(-KNOWN_MAX);
}

/**
 * Up to which index a log is certainly the same as one that has the positions `known`; 0 if nothing shows that.
 *
 * Both logs took all entries of one term from the one leader of that term, which never overwrites its log (Leader
 * Append-Only), and everything before such an entry is the same in both (Log Matching, §5.3). So they are the same up
 * to the earlier of the two last positions that they have in that term.
 */
export function agreementOf<C>(copy: LogCopy<C>, known: readonly LogPosition[]): Index {
  let agreed = INDEX_ZERO;
  for (const { index, term } of known) {
    const last = lastOfTerm(copy, term);
    if (last !== undefined) agreed = maxIndex(agreed, minIndex(index, last));
  }
  return agreed;
}

/** The term of an entry; undefined where the entry is not in any piece. */
export function termIn<C>({ pieces }: LogCopy<C>, at: Index): Term | undefined {
  return pieceAt(pieces, at)?.termAt(at);
}

/** The piece that holds an entry. */
export function pieceAt<C>(pieces: readonly LogPiece<C>[], at: Index): LogPiece<C> | undefined {
  return pieces.find(({ firstIndex, lastIndex }) => firstIndex <= at && at <= lastIndex);
}

/** The last index at which a log is known to have this term. */
function lastOfTerm<C>({ pieces, marks }: LogCopy<C>, term: Term): Index | undefined {
  const marked = marks.findLast((mark) => mark.term === term)?.index;
  for (const piece of pieces.toReversed()) {
    const at = lastUpTo(piece, term);
    if (at !== undefined && piece.termAt(at) === term) return maxIndex(at, marked ?? at);
  }
  return marked;
}

/** The last index of a piece whose term is not later than `term`. Terms never decrease along a log. */
function lastUpTo<C>(piece: LogPiece<C>, term: Term): Index | undefined {
  let low: number = piece.firstIndex - 1;
  let high: number = piece.lastIndex;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((piece.termAt(middle as Index) as Term) <= term) low = middle;
    else high = middle - 1;
  }
  return low < piece.firstIndex ? undefined : (low as Index);
}
