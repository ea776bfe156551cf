import type { StateMachine } from "@kontiki/actors";
import { sum, type Numbers } from "./tally-sum.ts";

/** Adds up what it is given, in TypeScript. */
class Tally implements StateMachine<Numbers, number> {
  #total = 0;

  apply(numbers: Numbers): number {
    this.#total += sum(numbers);
    return this.#total;
  }

  snapshot(): number {
    return this.#total;
  }

  restore(snapshot: unknown): void {
    this.#total = snapshot as number;
  }
}

export default (): StateMachine<Numbers, number> => new Tally();
