/// <reference lib="es2024.string" />
import type { Index } from "@kontiki/core";
import { decode, decodeCopy, decodePart, decodePlain, encodeShared } from "../bytes/codec.ts";
import type { Packed } from "../bytes/flat-record.ts";
import { isExhaustion, KontikiError, messageOf } from "../errors.ts";
import type { Outcome } from "./outcome.ts";
import { encodePlainPair } from "../bytes/plain-encoder.ts";
import type { StateMachine } from "../machine/state-machine.ts";

/** The first element of an encoded result. */
const KIND = { answer: 0, error: 1, expired: 2, unanswerable: 3 } as const;

/** The result null, which most commands have: it is stored once. */
export const NOTHING_RESULT: Uint8Array = Uint8Array.of(0x92, KIND.answer, 0xc0);

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
 *
 * @throws KontikiError when the thread has no stack or no memory left for it: then it has no result that every node gives.
 */
export function applyPayload(machine: StateMachine, payload: Uint8Array): Uint8Array {
  let command: unknown;
  try {
    command = decodePlain(payload);
  } catch (error) {
    return unreadableResult(error);
  }
  return applyCommand(machine, command);
}

/** Applies one of many payloads in the same bytes, like {@link applyPayload}: see `decodePart`. */
export function applyPart(
  machine: StateMachine,
  all: Packed,
  from: number,
  to: number,
): Uint8Array {
  let command: unknown;
  try {
    command = decodePart(all, from, to);
  } catch (error) {
    return unreadableResult(error);
  }
  return applyCommand(machine, command);
}

/** Applies a command that was decoded, like {@link applyPayload}. */
export function applyCommand(machine: StateMachine, command: unknown): Uint8Array {
  try {
    const answer = machine.apply(command);
    return answer === null ? NOTHING_RESULT : encodeAnswer(answer, "result");
  } catch (error) {
    refuseExhaustion(error);
    return encodeError(error);
  }
}

/** Asks a machine a query and encodes the answer like a command's result. */
export function queryPayload(machine: StateMachine, payload: Uint8Array): Uint8Array {
  if (machine.query === undefined) return encodeShared([KIND.unanswerable]);
  let query: unknown;
  try {
    query = decodePlain(payload);
  } catch (error) {
    return unreadableResult(error);
  }
  try {
    return encodeAnswer(machine.query(query), "answer");
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
  if (!isExpired(result[0])) return undefined;
  const [, session, index] = decode(result) as [number, number, number];
  return { session, index };
}

/** Whether a result that begins with this byte says that the session is not open. */
export function isExpired(firstByte: number | undefined): boolean {
  return firstByte === ARRAY_OF_THREE;
}

/** Whether the result says that the machine answers no queries: they must go through the log. */
export function isUnanswerable(result: Uint8Array): boolean {
  return result[0] === ARRAY_OF_ONE;
}

/** A copy of a result that can be kept: a view would keep all else that was encoded into the same buffer. */
export function keptResult(result: Uint8Array): Uint8Array {
  const isNothing =
    result.length === 3 && result[1] === KIND.answer && result[2] === NOTHING_RESULT[2];
  return isNothing ? NOTHING_RESULT : new Uint8Array(result);
}

/** The outcome that a result means. */
export function outcomeOf(result: Uint8Array): Outcome<unknown> {
  if (result === NOTHING_RESULT) return { type: "ok", value: null };
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

/** The result of a payload that is not plain data, or is not whole: the same on every node. */
function unreadableResult(error: unknown): Uint8Array {
  refuseExhaustion(error);
  return encodePlainPair(KIND.error, "the payload is not plain data", "message");
}

/** What one node has no space for another may have: stored as a result, it would be a difference between them. */
function refuseExhaustion(error: unknown): void {
  if (!isExhaustion(error)) return;
  const text = `a command needs more stack or memory than this thread has: ${messageOf(error)}`;
  throw new KontikiError(text, { cause: error });
}

/** What is no Unicode in the message is replaced. */
function encodeError(error: unknown): Uint8Array {
  return encodePlainPair(KIND.error, messageOf(error).toWellFormed(), "message");
}
