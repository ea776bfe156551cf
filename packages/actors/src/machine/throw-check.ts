import { decodeCopy } from "../bytes/codec.ts";
import { encodePlain } from "../bytes/plain-encoder.ts";
import { NotPlainError } from "../bytes/plain-flaw.ts";
import { isCommandError, isExhaustion, messageOf } from "../errors.ts";
import { shortText } from "./plain-difference.ts";
import type { StateMachine } from "./state-machine.ts";

/**
 * A machine that reports errors that it does not throw on purpose: every error of `apply` and `query` that is no
 * `CommandError`, which those for answers that are not plain data are. They are answers nevertheless.
 *
 * @param onThrow called with the end of a sentence that begins with the node.
 */
export function reportingThrows(
  machine: StateMachine,
  onThrow: (what: string) => void,
): StateMachine {
  const reporting = (call: "apply" | "query", asked: unknown): unknown => {
    // A copy, because the machine may change it before it throws.
    const bytes = new Uint8Array(encodePlain(asked, "command"));
    try {
      return machine[call]?.(asked);
    } catch (error) {
      if (!isCommandError(error)) onThrow(throwText(call, decodeCopy(bytes), error));
      throw error;
    }
  };
  return {
    apply: (command) => reporting("apply", command),
    snapshot: () => machine.snapshot(),
    restore: (state) => machine.restore(state),
    ...(machine.query && { query: (question: unknown) => reporting("query", question) }),
    ...(machine.snapshotParts && { snapshotParts: () => machine.snapshotParts?.() ?? [] }),
    ...(machine.restoreParts && {
      restoreParts: (parts: Iterable<unknown>) => machine.restoreParts?.(parts),
    }),
  };
}

/**
 * Says that a call of a machine threw, or gave what is not plain data, and what to do about it: the end of a sentence that
 * begins with the node.
 */
export function throwText(call: string, asked: unknown, error: unknown): string {
  if (error instanceof NotPlainError)
    return `${call} of ${shortText(asked)}: ${error.message} (or set throws: "allow", and this error is the answer)`;
  const name = error instanceof Error ? `${error.name}: ` : "";
  const hint = isExhaustion(error) ? NO_ANSWER : HINT;
  return `${call} of ${shortText(asked)} threw ${name}${messageOf(error)}${hint}`;
}

const HINT =
  ' (throw a CommandError if that is the answer to a wrong command, or set throws: "allow")';
const NO_ANSWER = " (nodes differ in how much they have, so this is no answer, and ends the node)";
