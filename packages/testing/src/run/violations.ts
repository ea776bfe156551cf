import type { RunResult, Violation } from "./result.ts";

/** What did not hold in a run so far. */
export class Violations {
  readonly #now: () => number;
  readonly #found: Violation[] = [];

  /** @param now ms of the run. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** In the order in which they were found. */
  get all(): readonly Violation[] {
    return this.#found;
  }

  /** Records one. */
  readonly report = ({ check, text }: Pick<Violation, "check" | "text">): void => {
    this.#found.push({ check, text, at: this.#now() });
  };

  /** Whether one of this check was reported of this node at this moment. */
  hasJust(check: string, node: string): boolean {
    return this.#found.some(
      (each) =>
        each.check === check && each.at === this.#now() && each.text.startsWith(`${node}: `),
    );
  }

  /** The verdict of a run that ends with these doubts. */
  verdict(doubts: readonly string[]): RunResult["verdict"] {
    if (this.#found.length > 0) return "violated";
    return doubts.length > 0 ? "unknown" : "valid";
  }
}
