import { decodeCopy } from "../bytes/codec.ts";
import { checkPlain, encodePlain } from "../bytes/plain-encoder.ts";
import { restoreNow, restorePartsNow } from "./restore-now.ts";
import type { StateMachine } from "./state-machine.ts";

/**
 * A machine whose answers are copies, and that throws a `NotPlainError` for an answer that is not plain data. So for all
 * checks, and on every engine, such an answer is an error that the machine did not throw on purpose: what it means is
 * what `throws` says. It also throws when a restore returns a promise.
 */
export function givingPlain(machine: StateMachine): StateMachine {
  return {
    apply: (command) => plainCopy(machine.apply(command), "result"),
    snapshot: () => machine.snapshot(),
    restore: (state) => restoreNow(machine, state),
    ...(machine.query && {
      query: (question: unknown) => plainCopy(machine.query?.(question), "answer"),
    }),
    ...(machine.snapshotParts && { snapshotParts: () => machine.snapshotParts?.() ?? [] }),
    ...(machine.restoreParts && {
      restoreParts: (parts: Iterable<unknown>) => restorePartsNow(machine, parts),
    }),
  };
}

function plainCopy(answer: unknown, name: string): unknown {
  // An unhandled rejection would end the process.
  if (answer instanceof Promise) answer.catch(() => undefined);
  if (typeof answer === "object" && answer !== null) return decodeCopy(encodePlain(answer, name));
  checkPlain(answer, name);
  return answer;
}
