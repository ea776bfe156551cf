import type { Session } from "./session.ts";

/**
 * Open sessions ordered by last use: a linked list, because every command moves its session to the end. Removing it
 * from a map and adding it again would cost more than everything else about it.
 */
export class SessionOrder {
  #oldest: Session | undefined;
  #latest: Session | undefined;

  /** The least recently used one. */
  get oldest(): Session | undefined {
    return this.#oldest;
  }

  /** The most recently used one. */
  get latest(): Session | undefined {
    return this.#latest;
  }

  /** From the oldest on. */
  *[Symbol.iterator](): Generator<Session, void> {
    for (let session = this.#oldest; session !== undefined; session = session.newer) yield session;
  }

  /** Adds a session at the end. */
  add(session: Session): void {
    session.older = this.#latest;
    session.newer = undefined;
    if (this.#latest === undefined) this.#oldest = session;
    else this.#latest.newer = session;
    this.#latest = session;
  }

  /** Removes a session of this list. */
  remove(session: Session): void {
    const { older, newer } = session;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#latest = older;
    else newer.older = older;
  }

  clear(): void {
    this.#oldest = undefined;
    this.#latest = undefined;
  }
}
