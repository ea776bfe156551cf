import type { FromNode, NodePort, ToNode } from "@kontiki/actors/node";

/** The node's end of its mail in a simulation: a queue. */
export class SimPort implements NodePort {
  readonly #onPost: (message: FromNode) => void;
  #letters: ToNode[] = [];
  #onLetters = (): void => {};
  #closed = false;

  constructor(onPost: (message: FromNode) => void) {
    this.#onPost = onPost;
  }

  /** Adds a letter to the queue. */
  put(letter: ToNode): void {
    if (!this.#closed) this.#letters.push(letter);
  }

  /** Makes the node read its letters, if there are any. */
  ring(): void {
    if (this.#letters.length > 0) this.#onLetters();
  }

  receive(): ToNode | undefined {
    return this.#letters.shift();
  }

  post(message: FromNode): void {
    if (!this.#closed) this.#onPost(message);
  }

  onLetters(callback: () => void): void {
    this.#onLetters = callback;
  }

  close(): void {
    this.#closed = true;
    this.#letters = [];
  }
}
