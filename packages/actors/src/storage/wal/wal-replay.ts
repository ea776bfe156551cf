import type { Buffer } from "#platform";
import {
  INITIAL_HARD_STATE,
  LOG_START,
  type Entry,
  type HardState,
  type LogPosition,
} from "@kontiki/core";
import { CommandSlabs } from "./command-slabs.ts";
import { RecordCursor, RecordError } from "./record-cursor.ts";
import { SegmentSpans } from "./segment-spans.ts";
import type { CommandBytes } from "../storage.ts";
import {
  decodeState,
  decodeWrites,
  isCut,
  type LogWrite,
  type StateRecord,
} from "./wal-records.ts";

/**
 * Repeats what the batches record, from the first existing one.
 *
 * A log whose first segments were removed begins in the middle, at an entry that an early batch may still truncate
 * before a later batch records that it was compacted. So `base` may go back, until it is known to be compacted.
 */
export class Replay {
  hard: HardState = INITIAL_HARD_STATE;
  horizon: LogPosition | undefined;
  /** The position before the first entry. */
  base: LogPosition = LOG_START;
  entries: Entry<CommandBytes>[] = [];
  readonly spans = new SegmentSpans();
  readonly #slabs = new CommandSlabs();
  /** How often the log was truncated or reset, counted from some moment in the past. */
  cuts = 0;
  /** Whether nothing before `base` can be needed any more. */
  #compacted = true;

  /** Begins with the first existing segment: the log continues after this entry, or begins there. */
  start(position: LogPosition, begins: boolean): void {
    this.base = position;
    this.#compacted = begins;
  }

  /** The position of the last entry. */
  get last(): LogPosition {
    const { index, term } = this.entries.at(-1) ?? this.base;
    return { index, term };
  }

  /** Reads the batches of a segment: commands are copied out of its bytes. */
  cursorOf(bytes: Buffer): RecordCursor {
    return new RecordCursor(bytes, 0, 0, this.#slabs);
  }

  /**
   * Applies the batch of a segment whose body is what the cursor reads next.
   *
   * @throws RecordError when it is invalid; part of it may be applied then.
   */
  apply(cursor: RecordCursor, segment: number): void {
    const state = decodeState(cursor, this.hard);
    this.cuts = state.before?.cuts ?? this.cuts;
    for (const write of decodeWrites(cursor)) this.#write(write);
    this.spans.place(segment);
    this.#take(state);
  }

  #take({ hard, last, horizon }: StateRecord): void {
    if (!samePosition(last, this.last))
      throw new RecordError(`it ends at ${textOf(this.last)} and records ${textOf(last)}`);
    this.hard = hard;
    this.horizon = horizon;
  }

  #write(write: LogWrite): void {
    if (isCut(write)) this.cuts += 1;
    switch (write.type) {
      case "append":
        for (const entry of write.entries) this.#append(entry);
        this.spans.append(this.last.index);
        return;
      case "truncate":
        this.#truncate(write.after);
        return;
      case "compact":
        this.#compact(write.upTo);
        return;
      case "reset":
        this.#begin(write.base);
        this.#compacted = true;
        this.spans.reset();
        return;
      default:
        write satisfies never;
    }
  }

  #append(entry: Entry<CommandBytes>): void {
    if (entry.index !== this.base.index + this.entries.length + 1)
      throw new RecordError("it leaves a gap in the log");
    this.entries.push(entry);
  }

  #truncate(after: LogPosition): void {
    if (after.index < this.base.index && !this.#compacted) {
      this.#begin(after);
      return;
    }
    this.#check(after, "cuts");
    this.entries.length = after.index - this.base.index;
  }

  /** A compaction may refer to entries of a segment that no longer exists. */
  #compact(upTo: LogPosition): void {
    if (upTo.index < this.base.index && !this.#compacted) return;
    this.#check(upTo, "compacts");
    this.entries = this.entries.slice(upTo.index - this.base.index);
    this.base = upTo;
    this.#compacted = true;
  }

  #begin(base: LogPosition): void {
    this.base = base;
    this.entries = [];
  }

  #check(position: LogPosition, does: string): void {
    const place = position.index - this.base.index;
    const found = place === 0 ? this.base : this.entries[place - 1];
    if (found === undefined) throw new RecordError(`it ${does} an entry that is not there`);
    if (found.term !== position.term) throw new RecordError(`it ${does} an entry of another term`);
  }
}

/** Whether two positions are the same. */
export function samePosition(a: LogPosition, b: LogPosition): boolean {
  return a.index === b.index && a.term === b.term;
}

function textOf({ index, term }: LogPosition): string {
  return `entry ${index} of term ${term}`;
}
