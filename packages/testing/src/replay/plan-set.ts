import { sha256Of } from "#platform";
import type { Plan } from "../plan/plan.ts";

/** A set of plans that were made from one plan by removing and simplifying parts. */
export class PlanSet {
  readonly #digests = new Set<string>();

  has(plan: Plan): boolean {
    return this.#digests.has(digestOf(plan));
  }

  add(plan: Plan): void {
    this.#digests.add(digestOf(plan));
  }
}

/** Plans of one origin differ in parts that JSON shows: their commands are the same, or gone. */
function digestOf(plan: Plan): string {
  return sha256Of(JSON.stringify(plan));
}
