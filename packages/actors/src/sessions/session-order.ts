import type { Session } from "./session.ts";

/**
 * Open sessions in order of use: a linked list, because every command moves its session to the end. To take it out of a
 * map and put it in again would cost more than all else that is done about it.
 */
export class SessionOrder {
  #oldest: Session | undefined;
  #latest: Session | undefined;

  /** The one that was not used for longest. */
  get oldest(): Session | undefined {
    return this.#oldest;
  }

  /** The one that was used last. */
  get latest(): Session | undefined {
    return this.#latest;
  }

  /** From the oldest on. */
  *[Symbol.iterator](): Generator<Session, void> {
    for (let session = this.#oldest; session !== undefined; session = session.newer) yield session;
  }

  /** Puts a session behind all others that is not among them. */
  add(session: Session): void {
    session.older = this.#latest;
    session.newer = undefined;
    if (this.#latest === undefined) this.#oldest = session;
    else this.#latest.newer = session;
    this.#latest = session;
  }

  /** Takes out a session that is among them. */
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
