import { decode, encodeShared } from "./codec.ts";
import { messageOf } from "./errors.ts";
import type { Outcome } from "./outcome.ts";
import { checkPlain } from "./plain-data.ts";
import type { StateMachine } from "./state-machine.ts";

/**
 * Applies a payload and encodes what comes of it (in a shared buffer). A machine that throws, or answers what is not
 * plain data, gives an error, the same on every node.
 */
export function applyPayload(machine: StateMachine, payload: Uint8Array): Uint8Array {
  try {
    const answer = machine.apply(decode(payload));
    // An async machine is refused below; its rejection would kill every node that applies the entry, for good.
    if (answer instanceof Promise) answer.catch(() => undefined);
    checkPlain(answer);
    return encodeShared([0, answer]);
  } catch (error) {
    return encodeShared([1, messageOf(error)]);
  }
}

/** The outcome that a result stands for. */
export function outcomeOf(result: Uint8Array): Outcome<unknown> {
  const [kind, value] = decode(result) as [number, unknown];
  return kind === 0 ? { type: "ok", value } : { type: "error", message: String(value) };
}
