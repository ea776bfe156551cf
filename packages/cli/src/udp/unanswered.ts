import { maxIndex, minIndex, INDEX_ZERO, type Index } from "@kontiki/core";

/** An AppendEntries under way: its previous index + its entries, and when it was sent. */
type Sent = { readonly end: Index; readonly atMs: number };

/**
 * The AppendEntries that one follower has not answered yet, which is what its answers are judged by.
 *
 * An answer does not say which one it answers, and the original says in it how long its log is, compared
 * or not. A success proves no more than that the follower took *one* of these, so it is believed up to
 * the smallest of them. Which one is gone with it is not known either: the largest that it may have been,
 * so that the smallest stays and nothing is ever believed too early.
 *
 * One that got lost would hold the belief down for good. It is given up after `patienceMs`.
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

  /** A success: how far the follower's log is ours for certain, undefined when it answers nothing. */
  succeeded(lastIndex: Index, nowMs: number): Index | undefined {
    this.#giveUp(nowMs);
    const possible = this.#sent.filter(({ end }) => end <= lastIndex);
    if (possible.length === 0) return undefined;
    this.#removeLargest(possible);
    return possible.map(({ end }) => end).reduce(minIndex);
  }

  /** A refusal, or an answer that means that the entries were dropped. Says whether it answers any. */
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
