import type { AppliedCommand, AppliedRecord } from "../metrics/probe.ts";

/** What a listener to applied entries gets. */
export type AppliedEvent =
  /** All entries after this one follow. */
  | { readonly type: "begin"; readonly index: number }
  /** The next entry, with the commands that the machines were given and that did not throw. */
  | {
      readonly type: "entry";
      readonly index: number;
      readonly commands: readonly AppliedCommand[];
    }
  /** No node has told these entries in time; the next one is after `to`. */
  | { readonly type: "gap"; readonly from: number; readonly to: number };

/** How long the leader has to tell its place first, and how long a missing entry is waited for at least, in ms. */
const LEADER_MS = 250;
const MISSING_MS = 2_000;

/** The most entries that wait for one before them. */
const WAITING_MAX = 16_384;

/** How it is switched on, and who leads. */
export type AppliedSource = {
  readonly turn: (onApplied: ((node: string, record: AppliedRecord) => void) | undefined) => void;
  readonly leader: () => string | undefined;
};

/**
 * The entries that a cluster applies, each once and in the order of the log. Every node tells what it applies; what the first
 * one tells counts, so an entry is missed only when no node tells it.
 */
export class AppliedWatch {
  readonly #source: AppliedSource;
  readonly #listeners = new Set<(event: AppliedEvent) => void>();
  readonly #waiting = new Map<number, readonly AppliedCommand[]>();
  readonly #places = new Map<string, number>();
  #last: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: AppliedSource) {
    this.#source = source;
  }

  /** Begins to listen. Returns a function that ends it. */
  add(listener: (event: AppliedEvent) => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#source.turn((node, record) => this.#take(node, record));
    else if (this.#last !== undefined) listener({ type: "begin", index: this.#last });
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#stop();
    };
  }

  #stop(): void {
    this.#source.turn(undefined);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = undefined;
    this.#waiting.clear();
    this.#places.clear();
  }

  #take(node: string, { index, commands }: AppliedRecord): void {
    if (commands !== undefined && index > (this.#last ?? 0)) this.#waiting.set(index, commands);
    if (this.#last !== undefined) return this.#continue();
    if (!this.#places.has(node)) this.#places.set(node, commands === undefined ? index : index - 1);
    if (node === this.#source.leader()) this.#begin(this.#places.get(node) ?? 0);
    else this.#timer ??= after(LEADER_MS, () => this.#begin(Math.max(...this.#places.values())));
  }

  #begin(index: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = index;
    for (const early of this.#waiting.keys()) if (early <= index) this.#waiting.delete(early);
    this.#emit({ type: "begin", index });
    this.#continue();
  }

  /** Tells all entries that are next. */
  #continue(): void {
    let last = this.#last ?? 0;
    for (let next = this.#waiting.get(last + 1); next; next = this.#waiting.get(last + 1)) {
      last += 1;
      this.#last = last;
      this.#waiting.delete(last);
      this.#emit({ type: "entry", index: last, commands: next });
    }
    if (this.#waiting.size > WAITING_MAX) return this.#skip();
    if (this.#waiting.size > 0) this.#timer ??= after(MISSING_MS, () => this.#onMissing(last));
  }

  /** @param last the last entry that was told when others began to wait. */
  #onMissing(last: number): void {
    this.#timer = undefined;
    if (this.#last === last) this.#skip();
    else this.#continue();
  }

  #skip(): void {
    const from = (this.#last ?? 0) + 1;
    const to = [...this.#waiting.keys()].reduce((least, at) => Math.min(least, at), Infinity) - 1;
    if (to < from || to === Infinity) return;
    this.#last = to;
    this.#emit({ type: "gap", from, to });
    this.#continue();
  }

  #emit(event: AppliedEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function after(ms: number, callback: () => void): NodeJS.Timeout {
  const timer = setTimeout(callback, ms);
  timer.unref();
  return timer;
}
