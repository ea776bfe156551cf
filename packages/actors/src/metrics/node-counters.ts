import { HISTOGRAM_CELLS, histogramIn, observe, type Histogram } from "./histogram.ts";

/** What is counted, by its first cell. */
const ELECTIONS = 0;
const LEADER_CHANGES = 1;
const TURNS = 2;
const SYNCS = TURNS + HISTOGRAM_CELLS;
const MARK = SYNCS + HISTOGRAM_CELLS;
const COMMIT = MARK + 1;
const LAST = COMMIT + 1;
const CELLS = LAST + 1;

/** What is on the disk of a node. */
export type OnDisk = {
  /** Twice the term, and one more if the node has voted in it: it never decreases. */
  readonly mark: number;
  /** The highest index that is known to be committed and that is on the disk. It never decreases in a thread. */
  readonly commit: number;
  /** The last index of the log, and of one whose damage is not repaired yet, where it ended before. */
  readonly last: number;
};

/** The part of a node's state that is written down of what is on its disk. */
export type HeldState = {
  readonly term: number;
  readonly votedFor: string | undefined;
  readonly commit: number;
  readonly horizon: { readonly index: number } | undefined;
};

/** What the threads of one node have counted. */
export type NodeCounts = {
  readonly elections: number;
  readonly leaderChanges: number;
  readonly turns: Histogram;
  readonly syncs: Histogram;
};

/**
 * The counters of one node in shared memory. Its present thread writes them, and the program reads them, which costs
 * the thread nothing.
 *
 * The supervisor makes them once for a node and gives them to each of its threads, one after another: so they are sums
 * over all incarnations, and a thread that is killed takes nothing with it. Each cell is a double with one writer; a
 * reader may see a count before the sum that belongs to it.
 */
export class NodeCounters {
  /** Passed to the threads. */
  readonly shared: SharedArrayBuffer;
  readonly #cells: Float64Array;

  /** @param shared the memory of counters in another thread. A new one when left out. */
  constructor(shared = new SharedArrayBuffer(CELLS * Float64Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#cells = new Float64Array(shared);
  }

  /** The node stands for election in a new term. */
  stood(): void {
    this.#add(ELECTIONS);
  }

  /** The node learns of another leader, or of the same one in a new term. */
  leaderChanged(): void {
    this.#add(LEADER_CHANGES);
  }

  /** A turn is over. */
  turn(ms: number): void {
    observe(this.#cells, TURNS, ms);
  }

  /** The disk has synced what a turn wrote. */
  sync(ms: number): void {
    observe(this.#cells, SYNCS, ms);
  }

  /** The disk has synced: this state, and the log up to `last`, is on it. */
  held({ term, votedFor, commit, horizon }: HeldState, last: number): void {
    this.#cells[MARK] = 2 * term + (votedFor === undefined ? 0 : 1);
    this.#cells[COMMIT] = Math.min(commit, last);
    this.#cells[LAST] = Math.max(last, horizon?.index ?? 0);
  }

  /** What is on the disk. */
  get onDisk(): OnDisk {
    const [mark = 0, commit = 0, last = 0] = this.#cells.subarray(MARK, CELLS);
    return { mark, commit, last };
  }

  read(): NodeCounts {
    return {
      elections: this.#cells[ELECTIONS] ?? 0,
      leaderChanges: this.#cells[LEADER_CHANGES] ?? 0,
      turns: histogramIn(this.#cells, TURNS),
      syncs: histogramIn(this.#cells, SYNCS),
    };
  }

  #add(cell: number): void {
    this.#cells[cell] = (this.#cells[cell] ?? 0) + 1;
  }
}
