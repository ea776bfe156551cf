import type { DeadLetterReason } from "./letter.ts";

/** Counts letters that could not be delivered, by address and reason. */
export class DeadLetters {
  readonly #counts = new Map<string, number>();

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Counts more of them. Returns whether they are the first of their kind. */
  add(to: string, reason: DeadLetterReason, more: number): boolean {
    const key = `${to}: ${reason}`;
    const count = this.#counts.get(key) ?? 0;
    if (more > 0) this.#counts.set(key, count + more);
    return count === 0 && more > 0;
  }
}
