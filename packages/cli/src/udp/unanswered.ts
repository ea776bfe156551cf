import { maxIndex, minIndex, INDEX_ZERO, type Index } from "@kontiki/core";

/** An AppendEntries in flight: the index of its last entry, and when it was sent. */
type Sent = { readonly end: Index; readonly atMs: number };

/**
 * The AppendEntries that one follower has not answered yet. They limit what its answers can prove.
 *
 * An answer does not tell which message it answers, and the original puts the length of its log into it, compared or not.
 * A success proves only that the follower accepted *one* of these, so it counts up to the smallest of them. It is also
 * unknown which one was answered. The largest possible one is removed, so that the smallest stays and no entry is counted
 * too early.
 *
 * A lost one would limit all later answers, so it is removed after `patienceMs`.
 */
export class Unanswered {
  readonly #patienceMs: number;
  #sent: readonly Sent[] = [];

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  add(end: Index, nowMs: number): void {
    this.#giveUp(nowMs);
    this.#sent = [...this.#sent, { end, atMs: nowMs }];
  }

  /** A success: up to which index the follower's log certainly matches; undefined when it answers nothing. */
  succeeded(lastIndex: Index, nowMs: number): Index | undefined {
    this.#giveUp(nowMs);
    const possible = this.#sent.filter(({ end }) => end <= lastIndex);
    if (possible.length === 0) return undefined;
    this.#removeLargest(possible);
    return possible.map(({ end }) => end).reduce(minIndex);
  }

  /** A rejection, or an answer that shows that the entries were dropped. Returns whether it answers any. */
  failed(nowMs: number): boolean {
    this.#giveUp(nowMs);
    if (this.#sent.length === 0) return false;
    this.#removeLargest(this.#sent);
    return true;
  }

  #giveUp(nowMs: number): void {
    this.#sent = this.#sent.filter(({ atMs }) => nowMs - atMs < this.#patienceMs);
  }

  #removeLargest(from: readonly Sent[]): void {
    const largest = from.map(({ end }) => end).reduce(maxIndex, INDEX_ZERO);
    const gone = from.find(({ end }) => end === largest);
    this.#sent = this.#sent.filter((sent) => sent !== gone);
  }
}
