/// <reference lib="es2024.string" />
import type { Index } from "@kontiki/core";
import { decode, decodeCopy, encodeShared } from "../bytes/codec.ts";
import { messageOf } from "../errors.ts";
import type { Outcome } from "./outcome.ts";
import { encodePlainPair } from "../bytes/plain-encoder.ts";
import type { StateMachine } from "../machine/state-machine.ts";

/** The first element of an encoded result. */
const KIND = { answer: 0, error: 1, expired: 2, unanswerable: 3 } as const;

/** The msgpack prefix of an array of one and of three; a machine's own result is an array of two. */
const [ARRAY_OF_ONE, ARRAY_OF_THREE] = [0x91, 0x93];

/** A command was not applied because its session is not open, or is no longer open (dissertation 6.3). */
export type Expired = {
  readonly session: number;
  /** The index of the command's entry. */
  readonly index: number;
};

/**
 * Applies a payload and encodes the result (in a shared buffer). A machine that throws, or returns something that is
 * not plain data, gives an error, the same on every node.
 */
export function applyPayload(machine: StateMachine, payload: Uint8Array): Uint8Array {
  try {
    return encodeAnswer(machine.apply(decodeCopy(payload)), "result");
  } catch (error) {
    return encodeError(error);
  }
}

/** Asks a machine a query and encodes the answer like a command's result. */
export function queryPayload(machine: StateMachine, payload: Uint8Array): Uint8Array {
  if (machine.query === undefined) return encodeShared([KIND.unanswerable]);
  try {
    return encodeAnswer(machine.query(decodeCopy(payload)), "answer");
  } catch (error) {
    return encodeError(error);
  }
}

/** The result of a command whose session is not open. */
export function expiredResult(session: number, index: Index): Uint8Array {
  return encodeShared([KIND.expired, session, index]);
}

/** The session and index in a result that says the session is not open; undefined for other results. */
export function expiredIn(result: Uint8Array): Expired | undefined {
  if (result[0] !== ARRAY_OF_THREE) return undefined;
  const [, session, index] = decode(result) as [number, number, number];
  return { session, index };
}

/** Whether the result says that the machine answers no queries: they must go through the log. */
export function isUnanswerable(result: Uint8Array): boolean {
  return result[0] === ARRAY_OF_ONE;
}

/** The outcome that a result means. */
export function outcomeOf(result: Uint8Array): Outcome<unknown> {
  const [kind, value] = decodeCopy(result) as [number, unknown];
  switch (kind) {
    case KIND.answer:
      return { type: "ok", value };
    case KIND.expired:
      return { type: "definitelyNot", reason: "the session has expired" };
    case KIND.unanswerable:
      return { type: "definitelyNot", reason: "the state machine answers no queries" };
    default:
      return { type: "error", message: String(value) };
  }
}

function encodeAnswer(answer: unknown, name: string): Uint8Array {
  // A machine that returns a promise gets an error below; an unhandled rejection would kill every node that applies the
  // entry, again and again.
  if (answer instanceof Promise) answer.catch(() => undefined);
  return encodePlainPair(KIND.answer, answer, name);
}

/** What is no Unicode in the message is replaced. */
function encodeError(error: unknown): Uint8Array {
  return encodePlainPair(KIND.error, messageOf(error).toWellFormed(), "message");
}
