import type { AppendRejected, Message, RequestPreVote, RequestVote } from "@kontiki/core";
import type { CommandBytes } from "../storage/storage.ts";
import { entriesFromWire, entriesToWire } from "./wire-entries.ts";
import {
  checksumAt,
  fieldsOf,
  flagAt,
  indexAt,
  termAt,
  wholeAt,
  WireError,
  type Fields,
} from "./wire-fields.ts";
import {
  fetchReplyFromWire,
  fetchReplyToWire,
  fetchRequestFromWire,
  fetchRequestToWire,
} from "./wire-fetch.ts";
import {
  chunkFromWire,
  chunkToWire,
  fetchedChunkFromWire,
  placeFromWire,
  placeToWire,
} from "./wire-snapshot.ts";

const KIND = {
  requestVote: 0,
  voteReply: 1,
  appendEntries: 2,
  appendAccepted: 3,
  appendRejected: 4,
  requestPreVote: 5,
  preVoteReply: 6,
  snapshotChunk: 7,
  chunkReply: 8,
  timeoutNow: 9,
  readRequest: 10,
  readReply: 11,
  rejoin: 12,
  fetchRequest: 13,
  fetchReply: 14,
  fetchChunk: 15,
  fetchedChunk: 16,
} as const;

/** Encodes a message as an array: its kind, its term, and the fields of that kind. Commands stay encoded. */
export function messageToWire(message: Message<CommandBytes>): Fields {
  const { type, term } = message;
  const kind = KIND[type];
  switch (type) {
    case "requestVote":
      return [kind, term, message.lastIndex, message.lastTerm, message.transfer];
    case "requestPreVote":
      return [kind, term, message.lastIndex, message.lastTerm];
    case "voteReply":
    case "preVoteReply":
      return [kind, term, message.granted];
    case "appendEntries": {
      const { prevIndex, prevTerm, commit, round, entries } = message;
      const fields: Fields = [kind, term, prevIndex, prevTerm, commit, round];
      // Most of them are heartbeats without entries.
      return entries.length === 0 ? fields : [...fields, entriesToWire(entries)];
    }
    case "appendAccepted":
      return [kind, term, message.match, message.round];
    case "appendRejected": {
      const { prevIndex, conflictTerm, conflictIndex, round } = message;
      return [kind, term, prevIndex, conflictTerm ?? null, conflictIndex, round];
    }
    case "snapshotChunk":
      return [kind, term, ...chunkToWire(message)];
    case "chunkReply":
      return [kind, term, message.index, message.checksum, message.received];
    case "readRequest":
      return [kind, term, message.id];
    case "readReply":
      return [kind, term, message.id, message.index];
    case "fetchRequest":
      return [kind, term, ...fetchRequestToWire(message)];
    case "fetchReply":
      return [kind, term, ...fetchReplyToWire(message)];
    case "fetchChunk":
      return [kind, term, ...placeToWire(message)];
    case "fetchedChunk":
      return [kind, term, ...chunkToWire(message)];
    case "timeoutNow":
    case "rejoin":
      return [kind, term];
    default:
      return message satisfies never;
  }
}

/** Decodes a message. @throws WireError or AssertionError for any other shape. */
export function messageFromWire(wire: unknown): Message<CommandBytes> {
  const fields = fieldsOf(wire, "a message");
  const [kind] = fields;
  const term = termAt(fields, 1);
  switch (kind) {
    case KIND.requestVote:
      return requestVoteFromWire(fields);
    case KIND.requestPreVote:
      return requestPreVoteFromWire(fields);
    case KIND.voteReply:
      return { type: "voteReply", term, granted: flagAt(fields, 2) };
    case KIND.preVoteReply:
      return { type: "preVoteReply", term, granted: flagAt(fields, 2) };
    case KIND.appendEntries:
      return appendEntriesFromWire(fields);
    case KIND.appendAccepted:
      return {
        type: "appendAccepted",
        term,
        match: indexAt(fields, 2),
        round: wholeAt(fields, 3),
      };
    case KIND.appendRejected:
      return appendRejectedFromWire(fields);
    case KIND.snapshotChunk:
      return { type: "snapshotChunk", term, ...chunkFromWire(fields, 2) };
    case KIND.chunkReply:
      return chunkReplyFromWire(fields);
    case KIND.timeoutNow:
      return { type: "timeoutNow", term };
    case KIND.readRequest:
      return { type: "readRequest", term, id: wholeAt(fields, 2) };
    case KIND.readReply:
      return { type: "readReply", term, id: wholeAt(fields, 2), index: indexAt(fields, 3) };
    case KIND.rejoin:
      return { type: "rejoin", term };
    case KIND.fetchRequest:
      return { type: "fetchRequest", term, ...fetchRequestFromWire(fields, 2) };
    case KIND.fetchReply:
      return { type: "fetchReply", term, ...fetchReplyFromWire(fields, 2) };
    case KIND.fetchChunk:
      return { type: "fetchChunk", term, ...placeFromWire(fields, 2) };
    case KIND.fetchedChunk:
      return { type: "fetchedChunk", term, ...fetchedChunkFromWire(fields, 2) };
    default:
      throw new WireError(`there is no message of kind ${String(kind)}`);
  }
}

function requestVoteFromWire(fields: Fields): RequestVote {
  return {
    type: "requestVote",
    term: termAt(fields, 1),
    lastIndex: indexAt(fields, 2),
    lastTerm: termAt(fields, 3),
    transfer: flagAt(fields, 4),
  };
}

function requestPreVoteFromWire(fields: Fields): RequestPreVote {
  return {
    type: "requestPreVote",
    term: termAt(fields, 1),
    lastIndex: indexAt(fields, 2),
    lastTerm: termAt(fields, 3),
  };
}

function appendEntriesFromWire(fields: Fields): Message<CommandBytes> {
  const prevIndex = indexAt(fields, 2);
  return {
    type: "appendEntries",
    term: termAt(fields, 1),
    prevIndex,
    prevTerm: termAt(fields, 3),
    commit: indexAt(fields, 4),
    round: wholeAt(fields, 5),
    entries: fields.length > 6 ? entriesFromWire(prevIndex, fields[6]) : [],
  };
}

function appendRejectedFromWire(fields: Fields): AppendRejected {
  return {
    type: "appendRejected",
    term: termAt(fields, 1),
    prevIndex: indexAt(fields, 2),
    conflictTerm: fields[3] === null ? undefined : termAt(fields, 3),
    conflictIndex: indexAt(fields, 4),
    round: wholeAt(fields, 5),
  };
}

function chunkReplyFromWire(fields: Fields): Message<CommandBytes> {
  return {
    type: "chunkReply",
    term: termAt(fields, 1),
    index: indexAt(fields, 2),
    checksum: checksumAt(fields, 3),
    received: wholeAt(fields, 4),
  };
}
