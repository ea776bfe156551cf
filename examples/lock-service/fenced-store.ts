/**
 * What the lock protects. A lock cannot stop a client that was paused and does not know that its session has ended, but the
 * store can: it refuses a token that is older than one that it has seen.
 */
export class FencedStore {
  #token = 0;
  #value = "";

  get value(): string {
    return this.#value;
  }

  /** Answers whether it was written. */
  write(token: number, value: string): boolean {
    if (token < this.#token) return false;
    this.#token = token;
    this.#value = value;
    return true;
  }
}
