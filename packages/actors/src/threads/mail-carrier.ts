import type { Envelope } from "../mail/protocol.ts";

/**
 * Carries letters from node to node instead of the cluster. It calls `deliver` at once, later, several times or never,
 * and so creates delays, copies and loss. Letters in transit are not changed. The bytes belong to the carrier, which
 * may read them.
 */
export type MailCarrier = (letter: Envelope, deliver: (letter: Envelope) => void) => void;

/**
 * Passes the letters of a cluster to a {@link MailCarrier} and receives them from it. Each delivery gets its own copy
 * of the bytes, because it may wait for room in a lane. Letters delivered after `close` are dropped.
 */
export class CarriedMail {
  readonly #carry: MailCarrier;
  readonly #deliver: (letter: Envelope) => void;
  #isClosed = false;

  /** @param deliver decides whether a letter can still be received. */
  constructor(carry: MailCarrier, deliver: (letter: Envelope) => void) {
    this.#carry = carry;
    this.#deliver = (letter) => {
      if (!this.#isClosed) deliver({ ...letter, bytes: letter.bytes.slice() });
    };
  }

  /** Passes a letter to the carrier. */
  send(letter: Envelope): void {
    this.#carry(letter, this.#deliver);
  }

  close(): void {
    this.#isClosed = true;
  }
}
