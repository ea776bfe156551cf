/** The most bytes that may be on the way to the server. */
const BYTES_MAX = 16 * 1024 * 1024;

/** The part of a connection that confirms what was sent. */
export type Flushing = { flush(): Promise<void> };

/**
 * How many bytes are on the way to the server: NATS's client keeps without a bound what a slow connection does not take. The
 * server's answer to a ping confirms all that was sent before it.
 */
export class Outbound {
  #sent = 0;
  #confirmed = 0;
  #isFlushing = false;
  /** A connection that is made again has no answer to earlier pings. */
  #generation = 0;

  /** Whether nothing more should be sent for now. */
  get isFull(): boolean {
    return this.#sent - this.#confirmed > BYTES_MAX;
  }

  /** A message was sent. */
  sent(bytes: number, connection: Flushing): void {
    this.#sent += bytes;
    if (!this.#isFlushing) void this.#flush(connection);
  }

  /** The connection is new. */
  restart(): void {
    this.#generation += 1;
    this.#confirmed = this.#sent;
    this.#isFlushing = false;
  }

  async #flush(connection: Flushing): Promise<void> {
    const generation = this.#generation;
    this.#isFlushing = true;
    while (this.#confirmed < this.#sent) {
      const sent = this.#sent;
      try {
        await connection.flush();
      } catch {
        // The connection is lost: `restart` follows.
        return;
      }
      if (generation !== this.#generation) return;
      this.#confirmed = sent;
    }
    this.#isFlushing = false;
  }
}
