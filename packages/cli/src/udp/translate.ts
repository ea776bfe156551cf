/**
 * Translates messages between the wire and the core, field by field. The meaning of an AppendEntriesResponse depends on
 * more than its fields: see `interop.ts`.
 *
 * @module
 */
import {
  assert,
  index,
  term,
  type Entry,
  type LogView,
  type Message,
  type NodeId,
} from "@kontiki/core";
import { notInOriginal } from "./not-in-original.ts";
import type {
  Value,
  WireAppendEntries,
  WireAppendEntriesResponse,
  WireEntry,
  WireMessage,
} from "./wire-message.ts";

/** Nothing depends on rounds here, because there are no reads and no quorum checks. So the wire has none. */
export const NO_ROUND = 0;

/** All numbers must have been checked to be in range. */
export function fromWire(message: Exclude<WireMessage, WireAppendEntriesResponse>): Message<Value> {
  const sent = term(Number(message.term));
  switch (message.type) {
    case "RequestVote":
      return {
        type: "requestVote",
        term: sent,
        lastIndex: index(Number(message.lastLogIndex)),
        lastTerm: term(Number(message.lastLogTerm)),
        transfer: false,
      };
    case "RequestVoteResponse":
      return { type: "voteReply", term: sent, granted: message.voteGranted };
    case "AppendEntries":
      return {
        type: "appendEntries",
        term: sent,
        prevIndex: index(Number(message.prevLogIndex)),
        prevTerm: term(Number(message.prevLogTerm)),
        entries: message.entries.map(entryFromWire),
        commit: index(Number(message.commitIndex)),
        round: NO_ROUND,
      };
    default:
      return message satisfies never;
  }
}

/**
 * A message of `self` for the wire. A success has the last index of the entries that it answers, never the last index of
 * the log, because entries after the former were not compared. A rejection has the last index of the log, the only hint
 * that fits this wire.
 */
export function toWire(self: NodeId, log: LogView<Value>, message: Message<Value>): WireMessage {
  const sent = BigInt(message.term);
  switch (message.type) {
    case "requestVote":
      return {
        type: "RequestVote",
        term: sent,
        candidateId: self,
        lastLogIndex: BigInt(message.lastIndex),
        lastLogTerm: BigInt(message.lastTerm),
      };
    case "voteReply":
      return { type: "RequestVoteResponse", term: sent, voteGranted: message.granted };
    case "appendEntries":
      return {
        type: "AppendEntries",
        term: sent,
        leaderId: self,
        prevLogIndex: BigInt(message.prevIndex),
        prevLogTerm: BigInt(message.prevTerm),
        entries: message.entries.map(entryToWire),
        commitIndex: BigInt(message.commit),
      } satisfies WireAppendEntries;
    case "appendAccepted":
      return answer(sent, true, message.match);
    case "appendRejected":
      return answer(sent, false, log.lastIndex);
    case "requestPreVote":
    case "preVoteReply":
    case "snapshotChunk":
    case "chunkReply":
    case "timeoutNow":
    case "readRequest":
    case "readReply":
    case "rejoin":
    case "fetchRequest":
    case "fetchReply":
    case "fetchChunk":
    case "fetchedChunk":
      return notInOriginal(message.type);
    default:
      return message satisfies never;
  }
}

function answer(sent: bigint, success: boolean, lastIndex: number): WireAppendEntriesResponse {
  return { type: "AppendEntriesResponse", term: sent, success, lastIndex: BigInt(lastIndex) };
}

function entryFromWire(entry: WireEntry): Entry<Value> {
  return {
    type: "command",
    index: index(Number(entry.index)),
    term: term(Number(entry.term)),
    command: entry.value,
  };
}

function entryToWire(entry: Entry<Value>): WireEntry {
  assert(entry.type === "command", "this wire has no entry without a value, and no log has one");
  return { index: BigInt(entry.index), term: BigInt(entry.term), value: entry.command };
}
