import type { Call } from "../history/history.ts";
import { canonical } from "../history/value.ts";

/**
 * The call of an operation that failed and that the model cannot read, in place of the model's input. The search never sees
 * an operation that failed, and no function of the model may get this.
 */
export class UnreadCall {
  /** The call as text. */
  readonly text: string;

  /** Takes the call. */
  constructor({ f, key, value }: Call) {
    const of = key === undefined ? "" : `${canonical(key)}: `;
    this.text = `${of}${f} ${canonical(value)}`;
  }
}
