/**
 * Between the messages of the wire and those of the core, field by field. What an
 * AppendEntriesResponse means takes more than its fields: `interop.ts`.
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

/** Nothing rests on rounds here: no reads, and no check of the quorum. So the wire does without them. */
export const NO_ROUND = 0;

/** All numbers have been found to be in range. */
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
 * What `self` says on the wire. A success tells how far the entries reach that it answers, never the
 * own last index: behind that nothing was compared. A refusal tells the own last index, which is all
 * the hint that this wire has room for.
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
