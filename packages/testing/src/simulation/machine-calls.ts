import { plainText } from "../history/plain.ts";

/** Remembers which call of a state machine is in progress: if it never returns, nothing else can tell. */
export class MachineCalls {
  #node = "";
  #call = "";
  #given: unknown;

  /** A node calls its machine; `given` is a copy of the command, or undefined. */
  begin(node: string, call: string, given: unknown): void {
    this.#node = node;
    this.#call = call;
    this.#given = given;
  }

  /** The call has returned. */
  end(): void {
    this.#call = "";
    this.#given = undefined;
  }

  /** The call in progress, such as `n2 in apply of {"type":"spin"}`; undefined when there is none. */
  get text(): string | undefined {
    if (this.#call === "") return undefined;
    const of = this.#given === undefined ? "" : ` of ${plainText(this.#given)}`;
    return `${this.#node} in ${this.#call}${of}`;
  }
}
