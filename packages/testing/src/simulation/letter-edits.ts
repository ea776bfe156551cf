import type { PlanEdit } from "../plan/plan.ts";

type LetterEdit = Extract<PlanEdit, { readonly letter: number }>;

/** Counts the letters that are sent, and finds what a plan changes of one. */
export class LetterEdits {
  readonly #byNumber: ReadonlyMap<number, LetterEdit>;
  #sent = 0;

  constructor(edits: readonly PlanEdit[] = []) {
    const letters = edits.filter((edit): edit is LetterEdit => edit.type !== "seed");
    this.#byNumber = new Map(letters.map((edit) => [edit.letter, edit]));
  }

  /** What changes of the letter that is sent now; undefined for nothing. Call it once for each. */
  next(): LetterEdit | undefined {
    this.#sent += 1;
    return this.#byNumber.get(this.#sent);
  }
}
