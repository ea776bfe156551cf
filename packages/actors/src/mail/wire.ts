import { type Message, type NodeId, type Refusal } from "@kontiki/core";
import { clientAddress, clientOf, type ClientAddress } from "./address.ts";
import { decode } from "../bytes/codec.ts";
import { encodeFields } from "./encode-fields.ts";
import { COMMAND_BYTES_MAX } from "../sessions/command.ts";
import { areResults, type AnswerRange } from "../sessions/packed-results.ts";
import { isCommand } from "../sessions/run.ts";
import { FrameError, Frames, unpackFrames } from "./frames.ts";
import type { CommandBytes } from "../storage/storage.ts";
import {
  bytesAt,
  fieldsOf,
  nodeOrNothing,
  wholeAt,
  WireError,
  type Fields,
} from "./wire-fields.ts";
import { messageFromWire, messageToWire } from "./wire-message.ts";

/**
 * How much a read may miss (dissertation 6.4). "linearizable": nothing that was acknowledged before it began. "lease":
 * the same, as long as clocks run at about the same rate; nodes without a lease handle it as "linearizable". "stale":
 * it may see any earlier state that the asked node happens to have.
 */
export type Consistency = "linearizable" | "lease" | "stale";

/** The contents of one envelope: everything that one turn sends to one address. */
export type Parcel =
  /** Node to node, from one disk to another: see `Membership.uids`. */
  | {
      readonly type: "raft";
      readonly fromUid: number;
      readonly toUid: number;
      readonly messages: readonly Message<CommandBytes>[];
      /** The sender's number for the letter: only if it is recorded (see `LetterLog`). */
      readonly number?: number | undefined;
    }
  /** Client to node. A rejection names the parcel by its `id`. */
  | { readonly type: "propose"; readonly id: number; readonly commands: readonly CommandBytes[] }
  /** Node to node: a client's proposals, forwarded by a non-leader to the leader. They are never forwarded again. */
  | {
      readonly type: "forward";
      readonly client: ClientAddress;
      readonly id: number;
      readonly commands: readonly CommandBytes[];
    }
  /** Node to client: the results of commands, for each stretch of consecutive sequence numbers. */
  | { readonly type: "answers"; readonly ranges: readonly AnswerRange[] }
  /** Node to client: none of that parcel's commands was appended to a log, and none will be. */
  | {
      readonly type: "refused";
      readonly id: number;
      readonly reason: Refusal;
      readonly leader: NodeId | undefined;
    }
  /** Client to node: queries for the state machine. The answer names the parcel by its `id`. */
  | {
      readonly type: "read";
      readonly id: number;
      readonly consistency: Consistency;
      readonly questions: readonly Uint8Array[];
    }
  /** Node to client: the results of that parcel's queries, in order. */
  | { readonly type: "readAnswers"; readonly id: number; readonly results: readonly Uint8Array[] }
  /** Node to client: this node does not answer that parcel's queries. */
  | { readonly type: "readRefused"; readonly id: number; readonly leader: NodeId | undefined };

const KIND = {
  raft: 0,
  propose: 1,
  answers: 2,
  refused: 3,
  forward: 4,
  read: 5,
  readAnswers: 6,
  readRefused: 7,
} as const;

const CONSISTENCIES: readonly Consistency[] = ["linearizable", "lease", "stale"];
const REFUSALS: readonly Refusal[] = ["notLeader", "busy", "transferring"];

/** Encodes a parcel in a buffer that it shares with others, so that it must never be transferred. */
export function encodeParcel(parcel: Parcel): Uint8Array<ArrayBuffer> {
  return encodeFields(parcelToWire(parcel));
}

/**
 * Decodes a parcel; its byte strings are views of `bytes`, or copies of short ones.
 *
 * @throws WireError for anything that {@link encodeParcel} does not write.
 */
export function decodeParcel(bytes: Uint8Array): Parcel {
  try {
    return parcelFromWire(decode(bytes));
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw new WireError("not a parcel", { cause: error });
  }
}

/** Decodes a parcel; undefined for anything else: bytes from outside must never end a node. */
export function openParcel(bytes: Uint8Array): Parcel | undefined {
  try {
    return decodeParcel(bytes);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function parcelToWire(parcel: Parcel): Fields {
  const kind = KIND[parcel.type];
  switch (parcel.type) {
    case "raft": {
      const { fromUid, toUid, messages, number } = parcel;
      const wire = messages.map(messageToWire);
      return number === undefined
        ? [kind, fromUid, toUid, wire]
        : [kind, fromUid, toUid, wire, number];
    }
    case "propose":
      return [kind, parcel.id, new Frames(parcel.commands)];
    case "forward":
      return [kind, clientOf(parcel.client), parcel.id, new Frames(parcel.commands)];
    case "answers": {
      const fields: unknown[] = [kind];
      for (const { first, count, results } of parcel.ranges) fields.push(first, count, results);
      return fields;
    }
    case "refused": {
      const { id, reason, leader } = parcel;
      return [kind, id, REFUSALS.indexOf(reason), leader ?? null];
    }
    case "read": {
      const { id, consistency, questions } = parcel;
      return [kind, id, CONSISTENCIES.indexOf(consistency), new Frames(questions)];
    }
    case "readAnswers":
      return [kind, parcel.id, new Frames(parcel.results)];
    case "readRefused":
      return [kind, parcel.id, parcel.leader ?? null];
    default:
      return parcel satisfies never;
  }
}

function parcelFromWire(wire: unknown): Parcel {
  const fields = fieldsOf(wire, "a parcel");
  const [kind] = fields;
  switch (kind) {
    case KIND.raft: {
      const [fromUid, toUid] = [wholeAt(fields, 1), wholeAt(fields, 2)];
      const messages = fieldsOf(fields[3], "a list of messages").map(messageFromWire);
      return fields.length > 4
        ? { type: "raft", fromUid, toUid, messages, number: wholeAt(fields, 4) }
        : { type: "raft", fromUid, toUid, messages };
    }
    case KIND.propose:
      return { type: "propose", id: wholeAt(fields, 1), commands: framesAt(fields, 2, isCommand) };
    case KIND.forward:
      return {
        type: "forward",
        client: clientAddress(wholeAt(fields, 1)),
        id: wholeAt(fields, 2),
        commands: framesAt(fields, 3, isCommand),
      };
    case KIND.answers:
      return answersFromWire(fields);
    case KIND.refused:
      return {
        type: "refused",
        id: wholeAt(fields, 1),
        reason: oneOf(REFUSALS, fields[2]),
        leader: nodeOrNothing(fields[3]),
      };
    case KIND.read:
      return questionsFromWire(fields);
    case KIND.readAnswers:
      return {
        type: "readAnswers",
        id: wholeAt(fields, 1),
        results: framesAt(fields, 2, isAnything),
      };
    case KIND.readRefused:
      return { type: "readRefused", id: wholeAt(fields, 1), leader: nodeOrNothing(fields[2]) };
    default:
      throw new WireError(`there is no parcel of kind ${String(kind)}`);
  }
}

function questionsFromWire(fields: Fields): Parcel {
  return {
    type: "read",
    id: wholeAt(fields, 1),
    consistency: oneOf(CONSISTENCIES, fields[2]),
    questions: framesAt(fields, 3, isQuestion),
  };
}

function answersFromWire(fields: Fields): Parcel {
  const ranges: AnswerRange[] = [];
  for (let at = 1; at < fields.length; at += 3) {
    const [first, count] = [wholeAt(fields, at), wholeAt(fields, at + 1)];
    const results = bytesAt(fields, at + 2);
    if (!areResults(results, count)) throw new WireError("each command of a range has one result");
    ranges.push({ first, count, results });
  }
  return { type: "answers", ranges };
}

function framesAt(
  fields: Fields,
  position: number,
  isValid: (bytes: Uint8Array) => boolean,
): Uint8Array[] {
  return unpackFrames(bytesAt(fields, position)).map((bytes) => {
    if (bytes === undefined || !isValid(bytes))
      throw new FrameError("a frame has invalid contents");
    return bytes;
  });
}

/** A query may be as large as a command's payload. */
function isQuestion(bytes: Uint8Array): boolean {
  return bytes.length <= COMMAND_BYTES_MAX;
}

function isAnything(): boolean {
  return true;
}

function oneOf<T>(all: readonly T[], place: unknown): T {
  const one = typeof place === "number" ? all[place] : undefined;
  if (one === undefined) throw new WireError(`there is nothing with the number ${String(place)}`);
  return one;
}
