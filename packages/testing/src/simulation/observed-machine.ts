import { isCommandError, messageOf, throwText, type StateMachine } from "@kontiki/actors/node";
import type { Happening } from "../engine/observer.ts";
import { copyPlain, unplain } from "../history/plain.ts";

/** The events of a state machine. Commands, results and states are copies, which the machine cannot change. */
export type MachineEvents = {
  /** It is called; `given` is a copy of the command or the question. */
  readonly onCall: (call: string, given?: unknown) => void;
  /** The call has returned, or has thrown. */
  readonly onReturn: () => void;
  /** It is about to apply a command. */
  readonly onApply: () => void;
  readonly onApplied: (command: unknown, result: unknown, threw: Threw) => void;
  readonly onRestored: (state: unknown) => void;
  /** It broke the contract of a state machine: `what` is the end of a sentence that begins with its node. */
  readonly onMisbehaved: (what: string, error?: unknown) => void;
  /** `apply` or `query` threw an error that is no `CommandError`. `what` is as for `onMisbehaved`. */
  readonly onThrew: (what: string, error: unknown) => void;
};

type Threw = (Happening & { readonly type: "applied" })["threw"];

/**
 * A state machine that reports its events.
 *
 * @param machine one whose answers are copies, and that throws for an answer that is not plain data.
 */
export function observed(machine: StateMachine, events: MachineEvents): StateMachine {
  const snapshot = (): unknown => guarded("snapshot", () => machine.snapshot(), events);
  const restored = (restore: () => void): void => {
    guarded("restore", restore, events);
    events.onRestored(copyOf("snapshot", snapshot(), events));
  };
  return {
    apply: (command) => applied(machine, command, events),
    snapshot() {
      const state = snapshot();
      tellUnplain("snapshot", state, events);
      return state;
    },
    restore: (state) => restored(() => machine.restore(state)),
    ...(machine.query && { query: (question: unknown) => answered(machine, question, events) }),
    ...(machine.snapshotParts && { snapshotParts: () => partsOf(machine, events) }),
    ...(machine.restoreParts && {
      restoreParts: (parts: Iterable<unknown>) => restored(() => machine.restoreParts?.(parts)),
    }),
  };
}

/** The machine may change the command, so it is copied before. The error that a machine throws is its answer. */
function applied(machine: StateMachine, command: unknown, events: MachineEvents): unknown {
  const given = copyPlain(command);
  events.onApply();
  let result: unknown;
  events.onCall("apply", given);
  try {
    result = machine.apply(command);
  } catch (error) {
    events.onReturn();
    tellThrown("apply", given, error, events);
    const threw = isCommandError(error) ? "onPurpose" : "unexpected";
    events.onApplied(given, { error: error instanceof Error ? error.message : "" }, threw);
    throw error;
  }
  events.onReturn();
  events.onApplied(given, result, undefined);
  return result;
}

function answered(machine: StateMachine, question: unknown, events: MachineEvents): unknown {
  const given = copyPlain(question);
  events.onCall("query", given);
  try {
    return machine.query?.(question);
  } catch (error) {
    tellThrown("query", given, error, events);
    throw error;
  } finally {
    events.onReturn();
  }
}

function tellThrown(call: string, given: unknown, error: unknown, events: MachineEvents): void {
  if (isCommandError(error)) return;
  events.onThrew(throwText(call, given, error), error);
}

/** The parts of a snapshot. It asks the machine at once: the parts are those of this moment, even if they are read later. */
function partsOf(machine: StateMachine, events: MachineEvents): Iterable<unknown> {
  const parts = guarded("snapshotParts", () => machine.snapshotParts?.() ?? [], events);
  return drawn(parts, events);
}

/** It is not a generator, because a generator would not pass on a `return` before the first part. */
function drawn(parts: Iterable<unknown>, events: MachineEvents): IterableIterator<unknown> {
  const iterator = parts[Symbol.iterator]();
  return {
    [Symbol.iterator]() {
      return this;
    },
    next() {
      const next = guarded("snapshotParts", () => iterator.next(), events);
      if (next.done !== true) tellUnplain("snapshotParts", next.value, events);
      return next;
    },
    return: (value?: unknown) => iterator.return?.(value) ?? { done: true, value },
  };
}

/** Unlike the error of a command, an error here is not an answer: the node cannot continue. */
function guarded<T>(call: string, of: () => T, events: MachineEvents): T {
  events.onCall(call);
  try {
    return of();
  } catch (error) {
    events.onMisbehaved(`${call} threw: ${messageOf(error)}`, error);
    throw error;
  } finally {
    events.onReturn();
  }
}

/** A copy of what a machine gave; undefined if that is not plain data, which is reported. */
function copyOf(call: string, value: unknown, events: MachineEvents): unknown {
  return tellUnplain(call, value, events) ? undefined : copyPlain(value);
}

function tellUnplain(call: string, value: unknown, { onMisbehaved }: MachineEvents): boolean {
  const wrong = unplain(value);
  if (wrong !== undefined)
    onMisbehaved(`${call} gave ${wrong.what}, which is not plain data${wrong.instead}`);
  return wrong !== undefined;
}
