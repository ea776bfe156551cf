import { maxIndex, minIndex, INDEX_ZERO, type Index } from "@kontiki/core";

/** An AppendEntries in flight: the index of its last entry, and when it was sent. */
type Sent = { readonly end: Index; readonly atMs: number };

/**
 * The AppendEntries that one follower has not answered in this term, and what its answers can prove.
 *
 * An answer does not tell which message it answers, and the original puts the length of its log into it, compared or not.
 * Two facts make it a proof:
 *
 * - **Any other length than at first.** A log changes only by the entries of this term's leader, and a follower that
 *   accepts new ones ends its log with them (§5.3). So a length that differs from the one that it had before any entries
 *   were sent is the end of a log that equals the leader's up to there.
 * - **The first length** may be that of a log that was never compared. It proves only that the follower accepted *one* of
 *   the unanswered messages, so it counts up to the smallest of them. The largest possible one is removed, so that the
 *   smallest stays and no entry is counted too early. A lost one is removed after `patienceMs`.
 */
export class Unanswered {
  readonly #patienceMs: number;
  #sent: readonly Sent[] = [];
  /** The length of the log before any entries of this term; undefined if no answer shows it. */
  #firstLength: Index | undefined;
  #hasSentEntries = false;
  #largestEnd = INDEX_ZERO;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** @param entries how many it carries; the last of them has the index `end`. */
  add(end: Index, entries: number, nowMs: number): void {
    this.#giveUp(nowMs);
    this.#sent = [...this.#sent, { end, atMs: nowMs }];
    this.#hasSentEntries ||= entries > 0;
    this.#largestEnd = maxIndex(this.#largestEnd, end);
  }

  /** A success: up to which index the follower's log certainly matches; undefined when it answers nothing. */
  succeeded(lastIndex: Index, nowMs: number): Index | undefined {
    this.#giveUp(nowMs);
    this.#learn(lastIndex);
    const possible = this.#sent.filter(({ end }) => end <= lastIndex);
    if (possible.length === 0) return undefined;
    this.#removeLargest(possible);
    if (this.#isWritten(lastIndex)) return lastIndex;
    return possible.map(({ end }) => end).reduce(minIndex);
  }

  /** A rejection, or an answer that shows that the entries were dropped. Returns whether it answers any. */
  failed(lastIndex: Index | undefined, nowMs: number): boolean {
    this.#giveUp(nowMs);
    if (this.#sent.length === 0) return false;
    if (lastIndex !== undefined) this.#learn(lastIndex);
    this.#removeLargest(this.#sent);
    return true;
  }

  #learn(lastIndex: Index): void {
    if (!this.#hasSentEntries) this.#firstLength ??= lastIndex;
  }

  /** Whether a log of this length ends with an entry of this leader. */
  #isWritten(length: Index): boolean {
    const first = this.#firstLength;
    return first !== undefined && length !== first && length <= this.#largestEnd;
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
