import type { Message } from "@kontiki/core";

/** A message in a letter, as far as it is recorded. */
export type LetterMessage = {
  /** Its type, such as `appendEntries`. */
  readonly type: Message<unknown>["type"];
  /** Its term. */
  readonly term: number;
  /** The first entry that it is about; undefined if it is about one or none. */
  readonly first: number | undefined;
  /** The last entry that it is about; undefined if it is about none, such as a heartbeat. */
  readonly last: number | undefined;
  /** Whether it grants what was asked for; undefined unless it answers a request for a vote. */
  readonly granted: boolean | undefined;
};

/** A letter between two nodes, when it left its sender or when its receiver took it. */
export type LetterRecord = {
  /** In ms since 1970 by a monotonic clock that all threads of the process share. */
  readonly at: number;
  /** Which of the two it is. */
  readonly way: "sent" | "received";
  /** Identifies the letter among all of its cluster: the sender, the start of its thread, and a number. */
  readonly letter: string;
  /** The sender. */
  readonly from: string;
  /** The receiver. */
  readonly to: string;
  /** The size of the letter. */
  readonly bytes: number;
  /** What is in it. */
  readonly messages: readonly LetterMessage[];
  /** Which part of all letters is recorded at present: 1 for all, less while there are too many. */
  readonly share: number;
};

/** The timer that a node has started. It has one at a time. */
export type TimerRecord = {
  /** When it was started, in ms since 1970 by the clock of letters. */
  readonly at: number;
  /** When it ends unless it is started again. */
  readonly dueAt: number;
  /** `hastened`: an election timer of which only a short random time is left. */
  readonly timer: "election" | "hastened" | "heartbeat";
};

/** What is recorded of a message. */
export function recordOf(message: Message<unknown>): LetterMessage {
  const { type, term } = message;
  const [first, last] = entriesIn(message);
  return { type, term, first, last, granted: "granted" in message ? message.granted : undefined };
}

type Range = readonly [first: number | undefined, last: number | undefined];

const NONE: Range = [undefined, undefined];

function entriesIn(message: Message<unknown>): Range {
  switch (message.type) {
    case "appendEntries": {
      const { prevIndex, entries } = message;
      return entries.length === 0 ? NONE : [prevIndex + 1, prevIndex + entries.length];
    }
    case "appendAccepted":
      return [undefined, message.match];
    case "appendRejected":
      return [message.conflictIndex, message.prevIndex];
    case "requestVote":
    case "requestPreVote":
      return [undefined, message.lastIndex];
    case "snapshotChunk":
    case "fetchChunk":
    case "fetchedChunk":
      return [undefined, message.snapshot.index];
    case "chunkReply":
    case "readReply":
      return [undefined, message.index];
    case "fetchRequest":
      return [message.after.index + 1, message.known.at(-1)?.index];
    case "fetchReply":
      return [message.after + 1, fetchedUpTo(message)];
    case "voteReply":
    case "preVoteReply":
    case "timeoutNow":
    case "readRequest":
    case "rejoin":
      return NONE;
    default:
      return message satisfies never;
  }
}

function fetchedUpTo({
  after,
  answer,
}: Message<unknown> & { readonly type: "fetchReply" }): number | undefined {
  if (answer.type === "entries") return after + answer.entries.length;
  return answer.type === "snapshot" ? answer.snapshot.index : undefined;
}
