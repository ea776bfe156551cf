import {
  givingPlain,
  messageOf,
  type MakeStateMachine,
  type StateMachine,
} from "@kontiki/actors/node";
import type { AppliedClaims } from "./applied-claims.ts";
import { copyPlain, samePlain } from "../history/plain.ts";
import type { Report } from "./report.ts";

/**
 * Checks that snapshots equal replay: the state that a node restores from a snapshot is the one that an empty machine has
 * after the commands up to there (§7, dissertation 5.1).
 *
 * A separate machine applies the sequence up to each snapshot, and starts again from the beginning for an earlier one.
 */
export class ReplayClaims {
  readonly #make: MakeStateMachine;
  readonly #applied: AppliedClaims;
  readonly #report: Report;
  #machine: StateMachine;
  #index = 0;

  constructor(make: MakeStateMachine, applied: AppliedClaims, report: Report) {
    this.#make = make;
    this.#applied = applied;
    this.#report = report;
    this.#machine = givingPlain(make());
  }

  /** A node has restored `state` from a snapshot that ends with the entry `index`. */
  restored(node: string, index: number, state: unknown): void {
    const replayed = this.#stateAt(index);
    if (replayed === undefined || samePlain(state, replayed.state)) return;
    this.#report({
      check: "snapshots equal replay",
      text: `${node} restores a snapshot up to entry ${index} that is not what the commands up to there give`,
    });
  }

  /** Undefined when the machine gave none. */
  #stateAt(index: number): { readonly state: unknown } | undefined {
    if (index < this.#index) {
      this.#machine = givingPlain(this.#make());
      this.#index = 0;
    }
    for (; this.#index < index; this.#index += 1) {
      for (const { command } of this.#applied.at(this.#index + 1))
        applyTo(this.#machine, copyPlain(command));
    }
    try {
      return { state: this.#machine.snapshot() };
    } catch (error) {
      this.#report({ check: "state machine", text: `snapshot threw: ${messageOf(error)}` });
      return undefined;
    }
  }
}

/** An error is an answer, which was compared already when nodes gave it. */
function applyTo(machine: StateMachine, command: unknown): void {
  try {
    machine.apply(command);
  } catch {
    return;
  }
}
