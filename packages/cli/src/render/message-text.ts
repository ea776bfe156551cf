import {
  isJoint,
  type Entry,
  type FetchChunk,
  type Fetched,
  type FetchedChunk,
  type FetchReply,
  type FetchRequest,
  type Membership,
  type Message,
  type NodeId,
  type Snapshot,
} from "@kontiki/core";

/** How commands and entries are shown. */
export type Notation<C> = {
  /** A command in a few characters. */
  readonly commandText: (command: C) => string;
  /** Up to this many entries are listed one by one; of more only the first and the last are shown. */
  readonly listedEntries: number;
};

/** A message between servers in one line. */
export function messageText<C>(message: Message<C>, notation: Notation<C>): string {
  const head = `${message.type} term ${message.term}`;
  switch (message.type) {
    case "requestVote":
    case "requestPreVote": {
      const asked =
        message.type === "requestVote" && message.transfer ? ", as its leader asked" : "";
      return `${head}, log to ${message.lastIndex}@${message.lastTerm}${asked}`;
    }
    case "voteReply":
    case "preVoteReply":
      return `${head}, ${message.granted ? "granted" : "refused"}`;
    case "appendEntries": {
      const { prevIndex, prevTerm, entries, commit, round } = message;
      const content = entries.length === 0 ? "nothing" : entriesText(entries, notation);
      return `${head}, after ${prevIndex}@${prevTerm} ${content}, commit ${commit}, round ${round}`;
    }
    case "appendAccepted":
      return `${head}, match ${message.match}, round ${message.round}`;
    case "appendRejected": {
      const { prevIndex, conflictIndex, conflictTerm, round } = message;
      const hint =
        conflictTerm === undefined ? "its log goes on" : `its term ${conflictTerm} begins`;
      return `${head}, not after ${prevIndex}: ${hint} at ${conflictIndex}, round ${round}`;
    }
    case "snapshotChunk": {
      const { snapshot, offset, bytes } = message;
      return `${head}, ${partText(snapshot, offset, bytes)}`;
    }
    case "chunkReply":
      return `${head}, has ${message.received} bytes of snapshot ${message.index}`;
    case "readRequest":
      return `${head}, read ${message.id}`;
    case "readReply":
      return `${head}, read ${message.id} from ${message.index} on`;
    case "fetchRequest":
    case "fetchReply":
    case "fetchChunk":
    case "fetchedChunk":
      return `${head}, ${fetchText(message, notation)}`;
    case "timeoutNow":
    case "rejoin":
      return head;
    default:
      return message satisfies never;
  }
}

type Fetch<C> = FetchRequest | FetchReply<C> | FetchChunk | FetchedChunk;

function fetchText<C>(message: Fetch<C>, notation: Notation<C>): string {
  switch (message.type) {
    case "fetchRequest": {
      const { after, known } = message;
      const lost = known.at(-1) ?? after;
      return `lacks entries ${after.index + 1} to ${lost.index}@${lost.term}`;
    }
    case "fetchReply":
      return `after ${message.after} ${fetchedText(message.answer, notation)}`;
    case "fetchChunk":
      return `snapshot ${snapshotText(message.snapshot)} from byte ${message.offset}`;
    case "fetchedChunk": {
      const { snapshot, offset, bytes } = message;
      if (bytes.length > 0) return `${partText(snapshot, offset, bytes)}`;
      return `lacks snapshot ${snapshotText(snapshot)} from byte ${offset}`;
    }
    default:
      return message satisfies never;
  }
}

function fetchedText<C>(answer: Fetched<C>, notation: Notation<C>): string {
  switch (answer.type) {
    case "entries":
      return entriesText(answer.entries, notation);
    case "snapshot":
      return `${answer.intact ? "an intact" : "a damaged"} snapshot ${snapshotText(answer.snapshot)}`;
    case "lack":
      return `nothing: ${answer.why}`;
    default:
      return answer satisfies never;
  }
}

/** A membership: voters, outgoing voters, learners, and planned promotions. */
export function membershipText(membership: Membership): string {
  const { voters, outgoing, learners, learnersNext, promotions, uids } = membership;
  const name = (node: NodeId): string => peerText(node, uids[node] ?? 0);
  const list = (what: string, nodes: readonly NodeId[]): string =>
    nodes.length === 0 ? "" : `${what}${nodes.map(name).join(" ")}`;
  const promoted = promotions.map(({ node, replaces }) =>
    replaces === undefined ? node : `${node} for ${replaces}`,
  );
  const parts = [
    list("", voters),
    isJoint(membership) ? list("and outgoing ", outgoing) : "",
    list("learner ", learners),
    list("then learner ", learnersNext),
    promoted.length === 0 ? "" : `to promote ${promoted.join(" ")}`,
  ];
  return `{${parts.filter((part) => part !== "").join(", ")}}`;
}

/** A snapshot by its last position. */
export function snapshotText({ index, term }: Snapshot): string {
  return `${index}@${term}`;
}

/** Entries, one by one if there are few. */
export function entriesText<C>(entries: readonly Entry<C>[], notation: Notation<C>): string {
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined || entries.length <= notation.listedEntries)
    return `[${entries.map((entry) => entryText(entry, notation)).join(", ")}]`;
  return `[${first.index}@${first.term} to ${last.index}@${last.term}]`;
}

function entryText<C>(entry: Entry<C>, { commandText }: Notation<C>): string {
  const place = `${entry.index}@${entry.term}`;
  switch (entry.type) {
    case "noop":
      return `${place} noop`;
    case "command":
      return `${place} ${commandText(entry.command)}`;
    case "membership":
      return `${place} ${membershipText(entry.membership)}`;
    default:
      return entry satisfies never;
  }
}

/** A part of a snapshot. */
export function partText(snapshot: Snapshot, offset: number, bytes: Uint8Array): string {
  const end = offset + bytes.length;
  return `bytes ${offset} to ${end} of ${snapshot.size} of snapshot ${snapshotText(snapshot)}`;
}

/** A server, with the uid of its disk unless it is the one that the cluster began with. */
export function peerText(node: NodeId, uid: number): string {
  return uid === 0 ? node : `${node}/${uid}`;
}

/** `leaderSilent` as `leader silent`. */
export function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
