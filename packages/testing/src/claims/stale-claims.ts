import type { MakeStateMachine } from "@kontiki/actors/node";
import type { Happening } from "../engine/observer.ts";
import { copyPlain, plainText, samePlain } from "../history/plain.ts";
import type { AppliedClaims } from "./applied-claims.ts";
import type { Report } from "./report.ts";

type Returned = Happening & { readonly type: "returned" };

type StaleRead = {
  readonly operation: Returned["operation"];
  readonly value: unknown;
  /** The last entry that any node had applied when the read returned. */
  readonly upTo: number;
};

/**
 * Checks stale reads, which may be old, and are in no history: the answer is what the machine had answered after some of the
 * entries that were applied by then, without gaps.
 */
export class StaleClaims {
  readonly #make: MakeStateMachine;
  readonly #applied: AppliedClaims;
  readonly #report: Report;
  readonly #reads: StaleRead[] = [];

  constructor(make: MakeStateMachine, applied: AppliedClaims, report: Report) {
    this.#make = make;
    this.#applied = applied;
    this.#report = report;
  }

  returned({ operation, outcome }: Returned): void {
    if (operation.reading?.consistency !== "stale" || outcome.type !== "ok") return;
    const upTo = this.#applied.lastIndex;
    this.#reads.push({ operation, value: outcome.value, upTo });
  }

  /** At the end of a run: one machine goes through all states, and each read must fit one of them. */
  finish(): void {
    const machine = this.#reads.length === 0 ? undefined : attempt(this.#make);
    // A machine that cannot be made again is reported where the nodes make theirs.
    if (machine?.query === undefined) return;
    let open: readonly StaleRead[] = this.#reads;
    for (let index = 0; open.length > 0; index += 1) {
      const late = open.find(({ upTo }) => upTo < index);
      if (late !== undefined) return this.#says(late);
      const applied = this.#applied.at(index);
      for (const { command } of applied) attempt(() => machine.apply(copyPlain(command)));
      if (index > 0 && applied.length === 0) continue;
      open = open.filter(({ operation, value }) => {
        const answer = attempt(() => machine.query?.(copyPlain(operation.command)));
        return !samePlain(answer, value);
      });
    }
  }

  #says({ operation: { id, command }, value, upTo }: StaleRead): void {
    this.#report({
      check: "stale reads",
      text: `operation ${id}, ${plainText(command)}, was answered ${plainText(value)}, which is right after none of the entries up to ${upTo}`,
    });
  }
}

/** An error is an answer like any other, and compared elsewhere. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
