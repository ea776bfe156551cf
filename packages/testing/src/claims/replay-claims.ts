import { messageOf, type MakeStateMachine, type StateMachine } from "@kontiki/actors/node";
import type { AppliedClaims } from "./applied-claims.ts";
import { samePlain } from "../history/plain.ts";
import type { Report } from "./report.ts";

/**
 * Snapshots equal replay: the state that a node takes up with a snapshot is the one that the commands up to there make
 * of an empty machine (§7, dissertation 5.1).
 *
 * A machine of its own follows the applied sequence as far as snapshots ask for, and begins anew for one of earlier.
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
    this.#machine = make();
  }

  /** A node has taken up `state`, from a snapshot that ends with the entry `index`. */
  restored(node: string, index: number, state: unknown): void {
    const replayed = this.#stateAt(index);
    if (replayed === undefined || samePlain(state, replayed.state)) return;
    this.#report({
      check: "snapshots equal replay",
      text: `${node} takes up a snapshot up to entry ${index}, and it is not what the commands up to there make`,
    });
  }

  /** Undefined when the machine gave none. */
  #stateAt(index: number): { readonly state: unknown } | undefined {
    if (index < this.#index) {
      this.#machine = this.#make();
      this.#index = 0;
    }
    for (; this.#index < index; this.#index += 1) {
      const applied = this.#applied.at(this.#index + 1);
      if (applied !== undefined) applyTo(this.#machine, applied.command);
    }
    try {
      return { state: this.#machine.snapshot() };
    } catch (error) {
      this.#report({ check: "state machine", text: `snapshot threw: ${messageOf(error)}` });
      return undefined;
    }
  }
}

/** An error is an answer, which was compared when nodes gave it. */
function applyTo(machine: StateMachine, command: unknown): void {
  try {
    machine.apply(command);
  } catch {
    return;
  }
}
