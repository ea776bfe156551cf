import type { StateMachine } from "./state-machine.ts";

/** A machine that applies commands in another way, and does all else as before. */
export function withApply(machine: StateMachine, apply: StateMachine["apply"]): StateMachine {
  return {
    apply,
    snapshot: () => machine.snapshot(),
    restore: (snapshot) => machine.restore(snapshot),
    ...(machine.query && { query: (question: unknown) => machine.query?.(question) }),
    ...(machine.snapshotParts && { snapshotParts: () => machine.snapshotParts?.() ?? [] }),
    ...(machine.restoreParts && {
      restoreParts: (parts: Iterable<unknown>) => machine.restoreParts?.(parts),
    }),
  };
}
