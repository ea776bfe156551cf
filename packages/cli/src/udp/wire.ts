/**
 * The bytes of a datagram: one `Data.Binary.encode (NodeId, Message (NodeId, Int))` of the original.
 *
 * ```text
 * datagram              sender, u8 tag, body; bytes after the body are ignored
 * 0 RequestVote         u64 term, candidate, u64 last index, u64 last term
 * 1 its response        u64 term, u8 granted
 * 2 AppendEntries       u64 term, leader, u64 previous index, u64 previous term,
 *                       i64 count, entries, u64 commit index
 * 3 its response        u64 term, u8 success, u64 last index
 * entry                 u64 index, u64 term, value
 * value                 id, i64 number
 * id                    i64 length, bytes
 * ```
 *
 * `u64` is little-endian, `i64` big-endian.
 *
 * @module
 */
import type { Datagram, Value, WireEntry, WireMessage } from "./wire-message.ts";
import { WireReader } from "./wire-reader.ts";
import { WireWriter } from "./wire-writer.ts";

/** No AppendEntries may be larger: the original reads this much of a datagram, and a larger one kills it. */
export const DATAGRAM_BYTES_MAX = 4096;

const TAGS = {
  RequestVote: 0,
  RequestVoteResponse: 1,
  AppendEntries: 2,
  AppendEntriesResponse: 3,
} as const;

export function encodeDatagram({ from, message }: Datagram): Uint8Array {
  const writer = new WireWriter();
  writer.text(from);
  writer.byte(TAGS[message.type]);
  writeBody(writer, message);
  return writer.take();
}

/** @throws WireError where the original would refuse (and end). */
export function decodeDatagram(bytes: Uint8Array): Datagram {
  const reader = new WireReader(bytes);
  return { from: reader.text(), message: readMessage(reader) };
}

/** A value by itself: a command in the log on disk. */
export function encodeValue(value: Value): Uint8Array {
  const writer = new WireWriter();
  writeValue(writer, value);
  return writer.take();
}

/** @throws WireError */
export function decodeValue(bytes: Uint8Array): Value {
  return readValue(new WireReader(bytes));
}

/** The size of an entry in an AppendEntries. */
export function entryBytes(value: Value): number {
  return 8 + 8 + 8 + value.node.length + 8;
}

/** The size of an AppendEntries without its entries, sent by the node with this id. */
export function appendEntriesBytes(leaderId: string): number {
  return 2 * (8 + leaderId.length) + 1 + 8 + 8 + 8 + 8 + 8;
}

function writeBody(writer: WireWriter, message: WireMessage): void {
  writer.word64(message.term);
  switch (message.type) {
    case "RequestVote":
      writer.text(message.candidateId);
      writer.word64(message.lastLogIndex);
      return writer.word64(message.lastLogTerm);
    case "RequestVoteResponse":
      return writer.byte(message.voteGranted ? 1 : 0);
    case "AppendEntries":
      writer.text(message.leaderId);
      writer.word64(message.prevLogIndex);
      writer.word64(message.prevLogTerm);
      writer.int(BigInt(message.entries.length));
      for (const entry of message.entries) writeEntry(writer, entry);
      return writer.word64(message.commitIndex);
    case "AppendEntriesResponse":
      writer.byte(message.success ? 1 : 0);
      return writer.word64(message.lastIndex);
    default:
      return message satisfies never;
  }
}

function writeEntry(writer: WireWriter, { index, term, value }: WireEntry): void {
  writer.word64(index);
  writer.word64(term);
  writeValue(writer, value);
}

function writeValue(writer: WireWriter, { node, number }: Value): void {
  writer.text(node);
  writer.int(number);
}

function readMessage(reader: WireReader): WireMessage {
  const tag = reader.tag();
  switch (tag) {
    case TAGS.RequestVote:
      return {
        type: "RequestVote",
        term: reader.word64(),
        candidateId: reader.text(),
        lastLogIndex: reader.word64(),
        lastLogTerm: reader.word64(),
      };
    case TAGS.RequestVoteResponse:
      return { type: "RequestVoteResponse", term: reader.word64(), voteGranted: reader.bool() };
    case TAGS.AppendEntries:
      return {
        type: "AppendEntries",
        term: reader.word64(),
        leaderId: reader.text(),
        prevLogIndex: reader.word64(),
        prevLogTerm: reader.word64(),
        entries: readEntries(reader),
        commitIndex: reader.word64(),
      };
    case TAGS.AppendEntriesResponse:
      return {
        type: "AppendEntriesResponse",
        term: reader.word64(),
        success: reader.bool(),
        lastIndex: reader.word64(),
      };
    default:
      throw reader.error(`${tag} is no kind of message`);
  }
}

/** The count may be any number: entries are read until it is reached or the bytes end. */
function readEntries(reader: WireReader): readonly WireEntry[] {
  const count = reader.int();
  if (count < 0n) throw reader.error(`a list has no ${count} entries`);
  const entries: WireEntry[] = [];
  while (entries.length < count) {
    entries.push({ index: reader.word64(), term: reader.word64(), value: readValue(reader) });
  }
  return entries;
}

function readValue(reader: WireReader): Value {
  return { node: reader.text(), number: reader.int() };
}
