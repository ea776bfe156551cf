/**
 * The body of a batch: a state record, then the turn's changes to the log in order.
 *
 * ```text
 * state     u8 6, u64 term, u8 length of the vote (0: none), the vote in ASCII, position of the last entry after the
 *           batch, u8 0 | u8 1 and the position of the horizon, position of the last entry before the batch, u64 count
 *           of the cuts before the batch. In format 2: u8 1, and nothing after the horizon
 * append    u8 2, u64 index of the first entry, u64 term of all, u32 count, then each entry:
 *           u8 0 a noop | u8 1 a command, u32 length, its bytes | u8 2 a membership, u32 length, its JSON
 * truncate  u8 3, position of the last entry that stays
 * compact   u8 4, position of the last entry that is removed
 * reset     u8 5, position of the entry after which the emptied log continues
 * position  u64 index, u64 term
 * ```
 *
 * When earlier batches are damaged, the state record of the last intact batch is enough to know what the node promised:
 * term, vote, and how far the log reached. What a state record says of the log before its batch tells what a lost batch
 * before it has done: where it ended the log, and whether it cut it (a truncation or a reset).
 *
 * An append record is a run of one term: the terms of a log change rarely. Truncations and compactions record the term as well, because the entry itself may be in a segment that was removed.
 */

import {
  assert,
  indexAfter,
  isNodeId,
  type Entry,
  type HardState,
  type Index,
  type LogPosition,
  type Membership,
  type Term,
} from "@kontiki/core";
import { decodeMembership, encodeMembership, MembershipError } from "../membership-json.ts";
import { RecordError, type RecordCursor } from "./record-cursor.ts";
import type { RecordWriter } from "./record-writer.ts";
import type { CommandBytes } from "../storage.ts";
import { MAX_COMMAND_BYTES } from "./wal-format.ts";

/** The state of a node after a batch, whatever came before it. */
export type StateRecord = {
  readonly hard: HardState;
  /** The last entry of the log. */
  readonly last: LogPosition;
  /** The last position that was promised of a log from which a damaged part was removed. */
  readonly horizon: LogPosition | undefined;
  /** The log before the batch; undefined in a batch of format 2. */
  readonly before: LogBefore | undefined;
};

/** A log before a batch. */
export type LogBefore = {
  /** Its last entry. */
  readonly last: LogPosition;
  /** How often it was truncated or reset, counted from some moment in the past. */
  readonly cuts: number;
};

/** A change to the log. */
export type LogWrite =
  | { readonly type: "append"; readonly entries: readonly Entry<CommandBytes>[] }
  | { readonly type: "truncate"; readonly after: LogPosition }
  | { readonly type: "compact"; readonly upTo: LogPosition }
  | { readonly type: "reset"; readonly base: LogPosition };

/** Receives the changes of a batch to the log, in order. */
export interface LogChanges {
  /** Entries from `first` on have this term, and follow one by one. */
  begin(first: Index, term: Term, count: number): void;
  /** The next entry is the command that is at `from` in `bytes`. */
  command(bytes: Uint8Array, from: number, length: number): void;
  noop(): void;
  membership(membership: Membership): void;
  truncate(after: LogPosition): void;
  compact(upTo: LogPosition): void;
  reset(base: LogPosition): void;
}

/** Whether a change may remove entries that were not compacted. */
export function isCut({ type }: LogWrite): boolean {
  return type === "truncate" || type === "reset";
}

/** The most bytes of a state record. */
export const STATE_BYTES_MAX = 131;

const STATE_2 = 1;
const APPEND = 2;
const TRUNCATE = 3;
const COMPACT = 4;
const RESET = 5;
const STATE = 6;
const NOOP = 0;
const COMMAND = 1;
const MEMBERSHIP = 2;

/** A state record of this program always says what was before it. */
export type NewStateRecord = StateRecord & { readonly before: LogBefore };

export function encodeState(writer: RecordWriter, state: NewStateRecord): void {
  const { hard, last, horizon, before } = state;
  writer.u8(STATE);
  writer.u64(hard.term);
  writer.shortText(hard.votedFor ?? "");
  encodePosition(writer, last);
  writer.u8(horizon === undefined ? 0 : 1);
  if (horizon !== undefined) encodePosition(writer, horizon);
  encodePosition(writer, before.last);
  writer.u64(before.cuts);
}

export function encodeTruncate(writer: RecordWriter, after: LogPosition): void {
  writer.u8(TRUNCATE);
  encodePosition(writer, after);
}

export function encodeCompact(writer: RecordWriter, upTo: LogPosition): void {
  writer.u8(COMPACT);
  encodePosition(writer, upTo);
}

export function encodeReset(writer: RecordWriter, base: LogPosition): void {
  writer.u8(RESET);
  encodePosition(writer, base);
}

export function encodeAppend(writer: RecordWriter, entries: readonly Entry<CommandBytes>[]): void {
  let run: Term | undefined;
  let countAt = 0;
  let count = 0;
  for (const entry of entries) {
    if (entry.term !== run) {
      if (count > 0) writer.u32At(countAt, count);
      countAt = encodeRun(writer, entry);
      count = 0;
      run = entry.term;
    }
    encodeEntry(writer, entry);
    count += 1;
  }
  if (count > 0) writer.u32At(countAt, count);
}

/**
 * Reads the state record at the start of a body.
 *
 * @param known the term and vote of the batch before, which are mostly the same.
 * @throws RecordError if there is none.
 */
export function decodeState(cursor: RecordCursor, known?: HardState): StateRecord {
  const kind = cursor.u8();
  if (kind !== STATE && kind !== STATE_2)
    throw new RecordError("it does not begin with a state record");
  const hard = decodeHardState(cursor, known);
  const last = decodePosition(cursor);
  const horizon = cursor.u8() === 0 ? undefined : decodePosition(cursor);
  const before = kind === STATE ? { last: decodePosition(cursor), cuts: cursor.u64() } : undefined;
  return { hard, last, horizon, before };
}

/**
 * Reads the records after the state record.
 *
 * @throws RecordError if the body contains anything that the functions above do not write, and what `changes` throws. Part of
 * it may have been received then.
 */
export function readWrites(cursor: RecordCursor, changes: LogChanges): void {
  while (cursor.rest > 0) readWrite(cursor, changes);
}

function readWrite(cursor: RecordCursor, changes: LogChanges): void {
  const kind = cursor.u8();
  switch (kind) {
    case APPEND:
      return readEntries(cursor, changes);
    case TRUNCATE:
      return changes.truncate(decodePosition(cursor));
    case COMPACT:
      return changes.compact(decodePosition(cursor));
    case RESET:
      return changes.reset(decodePosition(cursor));
    default:
      throw new RecordError(`it contains a record of unknown kind ${kind}`);
  }
}

function encodePosition(writer: RecordWriter, position: LogPosition): void {
  writer.u64(position.index);
  writer.u64(position.term);
}

function decodePosition(cursor: RecordCursor): LogPosition {
  return { index: cursor.index(), term: cursor.term() };
}

function decodeHardState(cursor: RecordCursor, known: HardState | undefined): HardState {
  const saved = cursor.term();
  const length = cursor.u8();
  if (known?.term === saved && known.votedFor?.length === length && cursor.takes(known.votedFor))
    return known;
  const vote = cursor.text(length);
  if (vote === "") return { term: saved, votedFor: undefined };
  if (!isNodeId(vote)) throw new RecordError("it contains a vote for an invalid node id");
  return { term: saved, votedFor: vote };
}

/** Returns the position of the run's count, which is known once the run has ended. */
function encodeRun(writer: RecordWriter, first: Entry<CommandBytes>): number {
  writer.u8(APPEND);
  writer.u64(first.index);
  writer.u64(first.term);
  const countAt = writer.position;
  writer.u32(0);
  return countAt;
}

function encodeEntry(writer: RecordWriter, entry: Entry<CommandBytes>): void {
  switch (entry.type) {
    case "command":
      assert(entry.command.length <= MAX_COMMAND_BYTES, "a command is not larger than its bound");
      writer.block(COMMAND, entry.command);
      return;
    case "noop":
      writer.u8(NOOP);
      return;
    case "membership":
      writer.block(MEMBERSHIP, encodeMembership(entry.membership));
      return;
    default:
      entry satisfies never;
  }
}

function readEntries(cursor: RecordCursor, changes: LogChanges): void {
  const first = cursor.index();
  const run = cursor.term();
  const count = cursor.u32();
  indexAfter(first, count);
  changes.begin(first, run, count);
  // A count that the body cannot contain must not reserve memory: entries are read one by one.
  for (let left = count; left > 0; left -= 1) {
    const kind = cursor.u8();
    if (kind === NOOP) changes.noop();
    else if (kind === COMMAND) {
      const length = cursor.u32();
      changes.command(cursor.bytes, cursor.skip(length), length);
    } else if (kind === MEMBERSHIP) changes.membership(membershipIn(cursor.view(cursor.u32())));
    else throw new RecordError(`it contains an entry of unknown kind ${kind}`);
  }
}

function membershipIn(bytes: Uint8Array): ReturnType<typeof decodeMembership> {
  try {
    return decodeMembership(bytes);
  } catch (cause) {
    if (!(cause instanceof MembershipError)) throw cause;
    throw new RecordError(`it contains an invalid membership: ${cause.message}`);
  }
}
