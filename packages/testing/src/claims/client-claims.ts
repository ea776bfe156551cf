import type { Happening, Proposal } from "../engine/observer.ts";
import type { AppliedClaims } from "./applied-claims.ts";
import { plainText, samePlain } from "../history/plain.ts";
import type { Report } from "./report.ts";

type Called = Happening & { readonly type: "called" };
type Returned = Happening & { readonly type: "returned" };

/**
 * Checks the answers to clients, whatever else the history allows: an acknowledged operation was applied, with the answer
 * that its client got, and so is in every later state; an operation that is reported to be in no log never is in one.
 */
export class ClientClaims {
  readonly #applied: AppliedClaims;
  readonly #report: Report;
  readonly #proposals = new Map<number, Proposal>();
  readonly #denied: Returned["operation"][] = [];

  constructor(applied: AppliedClaims, report: Report) {
    this.#applied = applied;
    this.#report = report;
  }

  called({ operation, proposal }: Called): void {
    if (proposal !== undefined) this.#proposals.set(operation.id, proposal);
  }

  returned({ operation, outcome }: Returned): void {
    const index = this.indexOf(operation);
    if (outcome.type === "definitelyNot" && index === undefined) this.#denied.push(operation);
    if (outcome.type === "definitelyNot" && index !== undefined) this.#wasThere(operation, index);
    const proposal = this.#proposals.get(operation.id);
    if (outcome.type !== "ok" || proposal === undefined) return;
    const applied = this.#applied.of(proposal);
    if (applied === undefined) this.#says(operation, "was acknowledged but is applied nowhere");
    else if (!samePlain(applied.command, operation.command))
      this.#says(operation, `was applied as ${plainText(applied.command)} in entry ${index}`);
    else if (!samePlain(applied.result, outcome.value))
      this.#says(
        operation,
        `was answered ${plainText(outcome.value)}, but entry ${index} gave ${plainText(applied.result)}`,
      );
  }

  /** The entry in which an operation was applied. */
  indexOf({ id }: Returned["operation"]): number | undefined {
    const proposal = this.#proposals.get(id);
    return proposal === undefined ? undefined : this.#applied.indexOf(proposal);
  }

  /** The place of an operation in the order of all that was applied. */
  orderOf({ id }: Returned["operation"]): number | undefined {
    const proposal = this.#proposals.get(id);
    return proposal === undefined ? undefined : this.#applied.orderOf(proposal);
  }

  /** At the end of a run: whether an operation that was reported to be in no log is in one. */
  finish(): void {
    for (const operation of this.#denied) {
      const index = this.indexOf(operation);
      if (index !== undefined) this.#wasThere(operation, index);
    }
  }

  #wasThere(operation: Returned["operation"], index: number): void {
    this.#says(operation, `was reported to be in no log, but is applied in entry ${index}`);
  }

  #says({ id, command }: Returned["operation"], what: string): void {
    const text = `operation ${id}, ${plainText(command)}, ${what}`;
    this.#report({ check: "client answers", text });
  }
}
