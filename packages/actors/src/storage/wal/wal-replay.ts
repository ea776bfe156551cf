import {
  index,
  indexAfter,
  INITIAL_HARD_STATE,
  LOG_START,
  TERM_ZERO,
  type HardState,
  type Index,
  type LogPosition,
  type Membership,
  type Term,
} from "@kontiki/core";
import { EntrySlabs } from "./entry-slabs.ts";
import { RecordError, type RecordCursor } from "./record-cursor.ts";
import { SegmentSpans } from "./segment-spans.ts";
import { decodeState, readWrites, type LogChanges, type StateRecord } from "./wal-records.ts";

/**
 * Repeats what the batches record, from the first existing one.
 *
 * A log whose first segments were removed begins in the middle, at an entry that an early batch may still truncate
 * before a later batch records that it was compacted. So `base` may go back, until it is known to be compacted.
 */
export class Replay implements LogChanges {
  hard: HardState = INITIAL_HARD_STATE;
  horizon: LogPosition | undefined;
  /** The position before the first entry. */
  base: LogPosition = LOG_START;
  entries = new EntrySlabs(index(1));
  readonly spans = new SegmentSpans();
  /** How often the log was truncated or reset, counted from some moment in the past. */
  cuts = 0;
  /** Whether nothing before `base` can be needed any more. */
  #compacted = true;
  /** The term of the entries that follow. */
  #term: Term = TERM_ZERO;

  /** Begins with the first existing segment: the log continues after this entry, or begins there. */
  start(position: LogPosition, begins: boolean): void {
    this.#beginAfter(position);
    this.#compacted = begins;
  }

  /** The position of the last entry. */
  get last(): LogPosition {
    const { length } = this.entries;
    const last = this.entries.termAt(length - 1);
    return last === undefined ? this.base : { index: this.#lastIndex, term: last };
  }

  get #lastIndex(): Index {
    return (this.base.index + this.entries.length) as Index;
  }

  /**
   * Applies the batch of a segment whose body is what the cursor reads next.
   *
   * @throws RecordError when it is invalid; part of it may be applied then.
   */
  apply(cursor: RecordCursor, segment: number): void {
    const state = decodeState(cursor, this.hard);
    this.cuts = state.before?.cuts ?? this.cuts;
    readWrites(cursor, this);
    this.spans.place(segment);
    this.#take(state);
  }

  #take({ hard, last, horizon }: StateRecord): void {
    if (!samePosition(last, this.last))
      throw new RecordError(`it ends at ${textOf(this.last)} and records ${textOf(last)}`);
    this.hard = hard;
    this.horizon = horizon;
  }

  begin(first: Index, term: Term, count: number): void {
    if (count > 0 && first !== this.#lastIndex + 1)
      throw new RecordError("it leaves a gap in the log");
    this.#term = term;
    this.spans.append((this.#lastIndex + count) as Index);
  }

  command(bytes: Uint8Array, from: number, length: number): void {
    this.entries.addCommand(this.#term, bytes, from, length);
  }

  noop(): void {
    const next = indexAfter(this.#lastIndex);
    this.entries.addOther({ type: "noop", index: next, term: this.#term });
  }

  membership(membership: Membership): void {
    const next = indexAfter(this.#lastIndex);
    this.entries.addOther({ type: "membership", index: next, term: this.#term, membership });
  }

  truncate(after: LogPosition): void {
    this.cuts += 1;
    if (after.index < this.base.index && !this.#compacted) {
      this.#beginAfter(after);
      return;
    }
    this.#check(after, "cuts");
    this.entries.truncate(after.index - this.base.index);
  }

  /** A compaction may refer to entries of a segment that no longer exists. */
  compact(upTo: LogPosition): void {
    if (upTo.index < this.base.index && !this.#compacted) return;
    this.#check(upTo, "compacts");
    this.entries = this.entries.slice(upTo.index - this.base.index, this.entries.length);
    this.base = upTo;
    this.#compacted = true;
  }

  reset(base: LogPosition): void {
    this.cuts += 1;
    this.#beginAfter(base);
    this.#compacted = true;
    this.spans.reset();
  }

  #beginAfter(base: LogPosition): void {
    this.base = base;
    this.entries = new EntrySlabs(indexAfter(base.index));
  }

  #check(position: LogPosition, does: string): void {
    const place = position.index - this.base.index;
    const found = place === 0 ? this.base.term : this.entries.termAt(place - 1);
    if (found === undefined) throw new RecordError(`it ${does} an entry that is not there`);
    if (found !== position.term) throw new RecordError(`it ${does} an entry of another term`);
  }
}

/** Whether two positions are the same. */
export function samePosition(a: LogPosition, b: LogPosition): boolean {
  return a.index === b.index && a.term === b.term;
}

function textOf({ index, term }: LogPosition): string {
  return `entry ${index} of term ${term}`;
}
