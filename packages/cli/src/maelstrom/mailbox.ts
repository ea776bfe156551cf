import type { FromNode, NodePort, OutgoingMail, ToNode } from "@kontiki/actors/node";

/** A node's mailbox in the thread of the program. */
export class Mailbox implements NodePort {
  readonly #onMail: (mail: readonly OutgoingMail[]) => void;
  readonly #onTrouble: (text: string) => void;
  readonly #letters: ToNode[] = [];
  #onLetters = (): void => {};
  #isCalling = false;
  #isClosed = false;

  /** @param host gets what the node sends, and what is wrong with its disk or log. */
  constructor(host: {
    readonly onMail: (mail: readonly OutgoingMail[]) => void;
    readonly onTrouble: (text: string) => void;
  }) {
    this.#onMail = host.onMail;
    this.#onTrouble = host.onTrouble;
  }

  /** Adds a letter. The node takes all that came within a turn of the event loop together. */
  put(letter: ToNode): void {
    if (this.#isClosed) return;
    this.#letters.push(letter);
    if (this.#isCalling) return;
    this.#isCalling = true;
    setImmediate(() => {
      this.#isCalling = false;
      if (!this.#isClosed) this.#onLetters();
    });
  }

  receive(): ToNode | undefined {
    return this.#letters.shift();
  }

  post(message: FromNode): void {
    if (message.type === "turn") this.#onMail(message.mail);
    if (message.type === "trouble" && message.what !== undefined) this.#onTrouble(message.what);
  }

  onLetters(callback: () => void): void {
    this.#onLetters = callback;
  }

  close(): void {
    this.#isClosed = true;
  }
}
