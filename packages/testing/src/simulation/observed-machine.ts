import type { StateMachine } from "@kontiki/actors/node";

/** What is told of a state machine. */
export type MachineEvents = {
  /** It is about to apply a command. */
  readonly onApply: () => void;
  readonly onApplied: (command: unknown, result: unknown) => void;
  readonly onRestored: (state: unknown) => void;
};

/** A state machine that tells what it does. */
export function observed(machine: StateMachine, events: MachineEvents): StateMachine {
  return {
    apply(command) {
      events.onApply();
      const result = resultOf(machine, command, events);
      events.onApplied(command, result);
      return result;
    },
    snapshot: () => machine.snapshot(),
    restore(state) {
      machine.restore(state);
      events.onRestored(machine.snapshot());
    },
    ...(machine.query && { query: (question: unknown) => machine.query?.(question) }),
    ...(machine.snapshotParts && { snapshotParts: () => machine.snapshotParts?.() ?? [] }),
    ...(machine.restoreParts && {
      restoreParts(parts: Iterable<unknown>) {
        machine.restoreParts?.(parts);
        events.onRestored(machine.snapshot());
      },
    }),
  };
}

/** A machine that throws has answered with its error. */
function resultOf(machine: StateMachine, command: unknown, { onApplied }: MachineEvents): unknown {
  try {
    return machine.apply(command);
  } catch (error) {
    onApplied(command, { error: error instanceof Error ? error.message : "" });
    throw error;
  }
}
