import { openParcel, type AnswerRange, type CommandBytes, type Parcel } from "@kontiki/actors/node";
import type { Message } from "@kontiki/core";
import { messageText } from "../render/message-text.ts";
import { NOTATION } from "./cells.ts";
import type { Letter } from "./recording.ts";

/** Numbers letters, and finds the number again when one arrives: what carries a letter keeps its bytes as they are. */
export class Letters {
  readonly #known = new WeakMap<Uint8Array, Map<string, number>>();
  #count = 0;

  /** A letter that leaves its sender. */
  sent(from: string, to: string, bytes: Uint8Array): Letter {
    this.#count += 1;
    const id = this.#count;
    const links = this.#known.get(bytes) ?? new Map<string, number>();
    this.#known.set(bytes, links.set(`${from}>${to}`, id));
    return { id, from, to, ...contentOf(openParcel(bytes)) };
  }

  /** The number of a letter that has arrived, or is lost; undefined for one that was never seen to leave. */
  idOf(from: string, to: string, bytes: Uint8Array): number | undefined {
    return this.#known.get(bytes)?.get(`${from}>${to}`);
  }
}

type Content = Pick<Letter, "kind" | "text">;

function contentOf(parcel: Parcel | undefined): Content {
  if (parcel === undefined) return { kind: "other", text: "bytes that are not a letter" };
  switch (parcel.type) {
    case "raft":
      return messagesContent(parcel.messages);
    case "propose":
    case "forward":
      return {
        kind: "client",
        text: `${parcel.type} ${parcel.commands.map(NOTATION.commandText).join("; ")}`,
      };
    case "answers":
      return { kind: "client", text: `results of ${parcel.ranges.map(rangeText).join(", ")}` };
    case "refused":
      return { kind: "client", text: `refused: ${parcel.reason}${elsewhere(parcel.leader)}` };
    case "read":
      return { kind: "client", text: `read (${parcel.consistency})` };
    case "readAnswers":
      return { kind: "client", text: "results of a read" };
    case "readRefused":
      return { kind: "client", text: `read refused${elsewhere(parcel.leader)}` };
    default:
      return parcel satisfies never;
  }
}

/** The sequence numbers of the commands that were answered. */
function rangeText({ first, count }: AnswerRange): string {
  return count === 1 ? String(first) : `${first} to ${first + count - 1}`;
}

/** Messages between two nodes: their texts, and the kind of the most telling one. */
export function messagesContent(messages: readonly Message<CommandBytes>[]): Content {
  const kind = kindOfTypes(messages.map(({ type }) => type));
  return { kind, text: messages.map((one) => messageText(one, NOTATION)).join("\n") };
}

/** What a letter with messages of these types is about: the kind of the most telling one. */
export function kindOfTypes(types: readonly Message<unknown>["type"][]): Letter["kind"] {
  const kinds = types.map(kindOf);
  return ORDER.find((one) => kinds.includes(one)) ?? "other";
}

/** What a message is about. */
export function kindOf(type: Message<unknown>["type"]): Letter["kind"] {
  return KINDS[type];
}

/** What stands out first, where a letter holds several messages. */
const ORDER: readonly Letter["kind"][] = ["vote", "snapshot", "append", "reply"];

const KINDS: Readonly<Record<Message<unknown>["type"], Letter["kind"]>> = {
  requestVote: "vote",
  voteReply: "vote",
  requestPreVote: "vote",
  preVoteReply: "vote",
  timeoutNow: "vote",
  appendEntries: "append",
  appendAccepted: "reply",
  appendRejected: "reply",
  snapshotChunk: "snapshot",
  chunkReply: "snapshot",
  readRequest: "other",
  readReply: "other",
  rejoin: "other",
  fetchRequest: "snapshot",
  fetchReply: "snapshot",
  fetchChunk: "snapshot",
  fetchedChunk: "snapshot",
};

function elsewhere(leader: string | undefined): string {
  return leader === undefined ? "" : `, the leader is ${leader}`;
}
