/**
 * The body of a batch: records, one behind the other, in the order of the turn's writes.
 *
 * ```text
 * hard state  u8 1, u64 term, u8 length of the vote (0: none), the vote in ASCII
 * append      u8 2, u64 index of the first entry, u64 term of all, u32 count, then each entry:
 *             u8 0 a noop | u8 1 a command, u32 length, its bytes
 * truncate    u8 3, u64 index of the last entry that stays
 * ```
 *
 * An append record is a run of one term: the terms of a log change rarely.
 */

import {
  assert,
  index,
  indexAfter,
  isNodeId,
  term,
  type Entry,
  type HardState,
  type Index,
  type Term,
} from "@kontiki/core";
import { RecordCursor, RecordError } from "./record-cursor.ts";
import type { RecordWriter } from "./record-writer.ts";
import type { CommandBytes } from "./storage.ts";
import { MAX_COMMAND_BYTES } from "./wal-format.ts";

/** One write of a turn. */
export type LogWrite =
  | { readonly type: "hardState"; readonly hard: HardState }
  | { readonly type: "append"; readonly entries: readonly Entry<CommandBytes>[] }
  | { readonly type: "truncate"; readonly after: Index };

const HARD_STATE = 1;
const APPEND = 2;
const TRUNCATE = 3;
const NOOP = 0;
const COMMAND = 1;

export function encodeHardState(writer: RecordWriter, { term: saved, votedFor }: HardState): void {
  const vote = Buffer.from(votedFor ?? "", "latin1");
  writer.u8(HARD_STATE);
  writer.u64(saved);
  writer.u8(vote.length);
  writer.bytes(vote);
}

export function encodeTruncate(writer: RecordWriter, after: Index): void {
  writer.u8(TRUNCATE);
  writer.u64(after);
}

export function encodeAppend(writer: RecordWriter, entries: readonly Entry<CommandBytes>[]): void {
  let run: Term | undefined;
  let countAt = 0;
  let count = 0;
  for (const entry of entries) {
    if (entry.term !== run) {
      countAt = encodeRun(writer, entry);
      count = 0;
      run = entry.term;
    }
    encodeEntry(writer, entry);
    count += 1;
    writer.u32At(countAt, count);
  }
}

/**
 * Reads the writes of a body, which is `bytes` from `at` to `end`. Commands are views of `bytes`.
 *
 * @throws RecordError where the body is not what the functions above write.
 */
export function* decodeWrites(bytes: Buffer, at: number, end: number): Generator<LogWrite> {
  const cursor = new RecordCursor(bytes, at, end);
  while (cursor.rest > 0) {
    const kind = cursor.u8();
    if (kind === HARD_STATE) yield { type: "hardState", hard: decodeHardState(cursor) };
    else if (kind === APPEND) yield { type: "append", entries: decodeEntries(cursor) };
    else if (kind === TRUNCATE) yield { type: "truncate", after: index(cursor.u64()) };
    else throw new RecordError(`it holds a record of unknown kind ${kind}`);
  }
}

function decodeHardState(cursor: RecordCursor): HardState {
  const saved = term(cursor.u64());
  const vote = cursor.text(cursor.u8());
  if (vote === "") return { term: saved, votedFor: undefined };
  if (!isNodeId(vote)) throw new RecordError("it holds a vote for what is no node");
  return { term: saved, votedFor: vote };
}

/** Returns where the count of the run goes, known once the run has ended. */
function encodeRun(writer: RecordWriter, first: Entry<CommandBytes>): number {
  writer.u8(APPEND);
  writer.u64(first.index);
  writer.u64(first.term);
  const countAt = writer.position;
  writer.u32(0);
  return countAt;
}

function encodeEntry(writer: RecordWriter, entry: Entry<CommandBytes>): void {
  if (entry.type === "noop") {
    writer.u8(NOOP);
    return;
  }
  const { command } = entry;
  assert(command.length <= MAX_COMMAND_BYTES, "a command is within its bound");
  writer.u8(COMMAND);
  writer.u32(command.length);
  writer.bytes(command);
}

function decodeEntries(cursor: RecordCursor): Entry<CommandBytes>[] {
  const first = index(cursor.u64());
  const run = term(cursor.u64());
  const count = cursor.u32();
  // A count that the body cannot hold must not reserve memory: entries are pushed as they come.
  const entries: Entry<CommandBytes>[] = [];
  for (let read = 0; read < count; read += 1) {
    const kind = cursor.u8();
    const at = indexAfter(first, read);
    if (kind === NOOP) entries.push({ type: "noop", index: at, term: run });
    else if (kind === COMMAND) {
      entries.push({ type: "command", index: at, term: run, command: cursor.view(cursor.u32()) });
    } else throw new RecordError(`it holds an entry of unknown kind ${kind}`);
  }
  return entries;
}
