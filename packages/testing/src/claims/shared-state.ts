import type { MakeStateMachine } from "@kontiki/actors/node";
import { copyPlain, plainText, samePlain, unplain } from "../history/plain.ts";
import type { Report } from "./report.ts";

/**
 * Checks that machines share nothing: a machine that applies nothing keeps its first state, whatever the nodes do.
 *
 * Machines that share a variable of their module apply each command once for each node. Other checks find that too, but
 * their texts do not name the cause.
 */
export class SharedState {
  readonly #machine: ReturnType<MakeStateMachine>;
  readonly #report: Report;
  readonly #first: unknown;
  #isReported = false;

  constructor(make: MakeStateMachine, report: Report) {
    this.#machine = make();
    this.#report = report;
    this.#first = this.#state();
  }

  /** Reports it, once, if the machine has another state now. */
  check(): void {
    if (this.#isReported) return;
    const now = this.#state();
    if (samePlain(this.#first, now)) return;
    this.#isReported = true;
    this.#report({
      check: "state machine",
      text: `a machine that applied nothing had the state ${plainText(this.#first)}, and now has ${plainText(now)}: it shares a variable with the machines of the nodes, or its snapshot depends on time or chance`,
    });
  }

  /** Undefined when it gives none: other checks report that. */
  #state(): unknown {
    try {
      const state = this.#machine.snapshot();
      return unplain(state) === undefined ? copyPlain(state) : undefined;
    } catch {
      return undefined;
    }
  }
}
