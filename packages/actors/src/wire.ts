import { isNodeId, type Message, type NodeId, type Refusal } from "@kontiki/core";
import { decode, encode } from "./codec.ts";
import { isCommand } from "./command.ts";
import { FrameError, packFrames, unpackFrames } from "./frames.ts";
import type { CommandBytes } from "./storage.ts";
import { messageFromWire, messageToWire, WireError } from "./wire-message.ts";

/** What one envelope carries: everything that one turn says to one address. */
export type Parcel =
  /** Node to node. */
  | { readonly type: "raft"; readonly messages: readonly Message<CommandBytes>[] }
  /** Client to node. `id` names the parcel, for a refusal. */
  | { readonly type: "propose"; readonly id: number; readonly commands: readonly CommandBytes[] }
  /** Node to client: the results of commands, by their sequence numbers. */
  | {
      readonly type: "answers";
      readonly sequences: readonly number[];
      readonly results: readonly Uint8Array[];
    }
  /** Node to client: none of that parcel's commands was taken, nor ever will be. */
  | {
      readonly type: "refused";
      readonly id: number;
      readonly reason: Refusal;
      readonly leader: NodeId | undefined;
    }
  /** Client to node: questions, to be answered together. */
  | {
      readonly type: "read";
      readonly id: number;
      readonly consistency: "linearizable" | "lease" | "stale";
      readonly questions: readonly Uint8Array[];
    }
  /** Node to client: the results of a parcel of questions, in their order. */
  | { readonly type: "readAnswers"; readonly id: number; readonly results: readonly Uint8Array[] }
  /** Node to client: that parcel's questions are not answered here and now. */
  | { readonly type: "readRefused"; readonly id: number; readonly leader: NodeId | undefined };

const KIND = {
  raft: 0,
  propose: 1,
  answers: 2,
  refused: 3,
  read: 4,
  readAnswers: 5,
  readRefused: 6,
} as const;

const REFUSALS = ["notLeader", "busy", "transferring"] as const;

const CONSISTENCIES = ["linearizable", "lease", "stale"] as const;

/** A parcel as bytes in a buffer of their own. */
export function encodeParcel(parcel: Parcel): Uint8Array<ArrayBuffer> {
  switch (parcel.type) {
    case "raft":
      return encode([KIND.raft, parcel.messages.map(messageToWire)]);
    case "propose":
      return encode([KIND.propose, parcel.id, packFrames(parcel.commands)]);
    case "answers":
      return encode([KIND.answers, parcel.sequences, packFrames(parcel.results)]);
    case "refused":
      return encode([
        KIND.refused,
        parcel.id,
        parcel.leader ?? null,
        REFUSALS.indexOf(parcel.reason),
      ]);
    case "read":
      return encode([
        KIND.read,
        parcel.id,
        CONSISTENCIES.indexOf(parcel.consistency),
        packFrames(parcel.questions),
      ]);
    case "readAnswers":
      return encode([KIND.readAnswers, parcel.id, packFrames(parcel.results)]);
    case "readRefused":
      return encode([KIND.readRefused, parcel.id, parcel.leader ?? null]);
    default:
      return parcel satisfies never;
  }
}

/**
 * The parcel that `bytes` stand for; its byte strings are views of them.
 *
 * @throws WireError for anything that {@link encodeParcel} does not make.
 */
export function decodeParcel(bytes: Uint8Array): Parcel {
  try {
    return parcelFromWire(decode(bytes));
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw new WireError("not a parcel", { cause: error });
  }
}

/** The parcel that `bytes` stand for; nothing when they hold none: bytes from outside are never worth a life. */
export function openParcel(bytes: Uint8Array): Parcel | undefined {
  try {
    return decodeParcel(bytes);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function parcelFromWire(wire: unknown): Parcel {
  if (!Array.isArray(wire)) throw new WireError("a parcel is an array");
  const [kind, first, second, third] = wire as readonly unknown[];
  switch (kind) {
    case KIND.raft:
      if (!Array.isArray(first)) throw new WireError("messages are an array");
      return { type: "raft", messages: first.map(messageFromWire) };
    case KIND.propose:
      return { type: "propose", id: whole(first), commands: byteStrings(second, isCommand) };
    case KIND.answers:
      return answersFromWire(first, second);
    case KIND.refused:
      return {
        type: "refused",
        id: whole(first),
        reason: oneOf(REFUSALS, third),
        leader: leaderFromWire(second),
      };
    case KIND.read:
      return {
        type: "read",
        id: whole(first),
        consistency: oneOf(CONSISTENCIES, second),
        questions: byteStrings(third, () => true),
      };
    case KIND.readAnswers:
      return { type: "readAnswers", id: whole(first), results: byteStrings(second, () => true) };
    case KIND.readRefused:
      return { type: "readRefused", id: whole(first), leader: leaderFromWire(second) };
    default:
      throw new WireError(`there is no parcel of kind ${String(kind)}`);
  }
}

function leaderFromWire(wire: unknown): NodeId | undefined {
  if (wire !== null && !isNodeId(wire)) throw new WireError("a leader is a node id or null");
  return wire ?? undefined;
}

function oneOf<T>(choices: readonly T[], wire: unknown): T {
  const choice = choices[whole(wire)];
  if (choice === undefined) throw new WireError("there is no such choice");
  return choice;
}

function answersFromWire(first: unknown, second: unknown): Parcel {
  if (!Array.isArray(first)) throw new WireError("sequence numbers are an array");
  const sequences = first.map(whole);
  const results = byteStrings(second, () => true);
  if (results.length !== sequences.length)
    throw new WireError("each answer has one sequence number");
  return { type: "answers", sequences, results };
}

function byteStrings(block: unknown, isValid: (bytes: Uint8Array) => boolean): Uint8Array[] {
  if (!(block instanceof Uint8Array)) throw new WireError("frames are bytes");
  return unpackFrames(block).map((bytes) => {
    if (bytes === undefined || !isValid(bytes))
      throw new FrameError("a frame holds what it should not");
    return bytes;
  });
}

function whole(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new WireError("a whole number from 0 is due");
  return value as number;
}
