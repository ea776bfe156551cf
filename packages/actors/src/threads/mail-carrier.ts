import type { Envelope } from "../mail/protocol.ts";

/**
 * Carries letters from node to node in place of the cluster: whoever calls `deliver` at once, later, several times or
 * never makes delays, copies and loss of it. Letters under way are not changed. Bytes may be looked at and belong to the
 * carrier.
 */
export type MailCarrier = (letter: Envelope, deliver: (letter: Envelope) => void) => void;

/**
 * Hands the letters of a cluster to a {@link MailCarrier}, and takes them back from it: each with bytes of its own, as a
 * thread takes away what it gets. What is delivered after it was closed arrives nowhere.
 */
export class CarriedMail {
  readonly #carry: MailCarrier;
  readonly #deliver: (letter: Envelope) => void;
  #isClosed = false;

  /** @param deliver decides whether there is still somebody to take a letter. */
  constructor(carry: MailCarrier, deliver: (letter: Envelope) => void) {
    this.#carry = carry;
    this.#deliver = (letter) => {
      if (!this.#isClosed) deliver({ ...letter, bytes: letter.bytes.slice() });
    };
  }

  /** Sends a letter on its way. */
  send(letter: Envelope): void {
    this.#carry(letter, this.#deliver);
  }

  close(): void {
    this.#isClosed = true;
  }
}
