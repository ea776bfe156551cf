import type { Index } from "@kontiki/core";
import { decode, encodeShared } from "../bytes/codec.ts";
import { messageOf } from "../errors.ts";
import type { Outcome } from "./outcome.ts";
import { checkPlain } from "../bytes/plain-data.ts";
import type { StateMachine } from "../machine/state-machine.ts";

/** What stands first in an encoded result. */
const KIND = { answer: 0, error: 1, expired: 2, unanswerable: 3 } as const;

/** How msgpack begins an array of one and of three: a result that a machine made is one of two. */
const [ARRAY_OF_ONE, ARRAY_OF_THREE] = [0x91, 0x93];

/** A command was not applied because its session is not open, or not any more (dissertation 6.3). */
export type Expired = {
  readonly session: number;
  /** The entry that the command stood in. */
  readonly index: number;
};

/**
 * Applies a payload and encodes what comes of it (in a shared buffer). A machine that throws, or answers what is not
 * plain data, gives an error, the same on every node.
 */
export function applyPayload(machine: StateMachine, payload: Uint8Array): Uint8Array {
  try {
    return encodeAnswer(machine.apply(decode(payload)));
  } catch (error) {
    return encodeShared([KIND.error, messageOf(error)]);
  }
}

/** Asks a machine a question and encodes the answer like that of a command. */
export function queryPayload(machine: StateMachine, payload: Uint8Array): Uint8Array {
  if (machine.query === undefined) return encodeShared([KIND.unanswerable]);
  try {
    return encodeAnswer(machine.query(decode(payload)));
  } catch (error) {
    return encodeShared([KIND.error, messageOf(error)]);
  }
}

/** What a command is answered whose session is not open. */
export function expiredResult(session: number, index: Index): Uint8Array {
  return encodeShared([KIND.expired, session, index]);
}

/** What is said of the session, when the result says that it is not open. */
export function expiredIn(result: Uint8Array): Expired | undefined {
  if (result[0] !== ARRAY_OF_THREE) return undefined;
  const [, session, index] = decode(result) as [number, number, number];
  return { session, index };
}

/** Whether the result says that the machine answers no questions: they must go through the log. */
export function isUnanswerable(result: Uint8Array): boolean {
  return result[0] === ARRAY_OF_ONE;
}

/** The outcome that a result stands for. */
export function outcomeOf(result: Uint8Array): Outcome<unknown> {
  const [kind, value] = decode(result) as [number, unknown];
  switch (kind) {
    case KIND.answer:
      return { type: "ok", value };
    case KIND.expired:
      return { type: "definitelyNot", reason: "the session has expired" };
    case KIND.unanswerable:
      return { type: "definitelyNot", reason: "the state machine answers no questions" };
    default:
      return { type: "error", message: String(value) };
  }
}

function encodeAnswer(answer: unknown): Uint8Array {
  // An async machine is refused below; its rejection would kill every node that applies the entry, for good.
  if (answer instanceof Promise) answer.catch(() => undefined);
  checkPlain(answer);
  return encodeShared([KIND.answer, answer]);
}
