import type { AppliedEvent } from "@kontiki/actors";
import type { ProgramCluster } from "../launch/cluster.ts";
import { changeBy, sizeOf, type Change } from "./changes.ts";

/** What one entry of the log has changed. */
export type ChangedEntry = { readonly index: number; readonly changes: readonly Change[] };

/** Entries that are kept for readers that come again: this many, and this many characters of keys and values. */
const ENTRIES_MAX = 50_000;
const CHARACTERS_MAX = 16 * 1024 * 1024;

/**
 * The last changes of keys, in the order of the log. It begins with the first reader, and continues until the cluster stops, so
 * that a reader whose connection broke finds what it has missed. Readers take what they have room for, when they have it.
 */
export class ChangeLog {
  readonly #cluster: ProgramCluster;
  readonly #readers = new Set<() => void>();
  readonly #max: { readonly entries: number; readonly characters: number };
  #kept: (ChangedEntry & { readonly size: number })[] = [];
  #characters = 0;
  /** All changes after this entry are kept. */
  #since = 0;
  #last = 0;
  #end: (() => void) | undefined;
  #begun: Promise<void> | undefined;

  constructor(cluster: ProgramCluster, max = { entries: ENTRIES_MAX, characters: CHARACTERS_MAX }) {
    this.#cluster = cluster;
    this.#max = max;
  }

  /** All changes after this entry are kept. */
  get since(): number {
    return this.#since;
  }

  /** The last entry that was seen, with changes or without. */
  get last(): number {
    return this.#last;
  }

  /** The last entry that a node of this program has: none after it was ever told. */
  get newest(): number {
    const ends = this.#cluster.status().map(({ raft }) => raft?.last ?? 0);
    return Math.max(this.#last, ...ends);
  }

  /** Resolves when changes are seen. */
  async begun(): Promise<void> {
    this.#begun ??= new Promise((resolve) => {
      this.#end = this.#cluster.watchApplied((event) => {
        this.#take(event);
        if (event.type === "begin") resolve();
      });
    });
    return this.#begun;
  }

  /** The first entry that is kept after this one; undefined if there is none yet. */
  next(after: number): ChangedEntry | undefined {
    let [low, high] = [0, this.#kept.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#kept[middle]?.index ?? 0) > after) high = middle;
      else low = middle + 1;
    }
    return this.#kept[low];
  }

  /** Calls back when there is more to read. Returns a function that ends it. */
  onMore(reader: () => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  /** Keeps nothing more. */
  close(): void {
    this.#end?.();
  }

  #take(event: AppliedEvent): void {
    if (event.type === "begin") this.#since = this.#last = event.index;
    else if (event.type === "gap") this.#skip(event.to);
    else {
      this.#last = event.index;
      const changes = event.commands.flatMap((each) => changeBy(each) ?? []);
      if (changes.length > 0) this.#add({ index: event.index, changes });
    }
  }

  #skip(to: number): void {
    this.#kept = [];
    this.#characters = 0;
    this.#since = this.#last = to;
    this.#tell();
  }

  #add(entry: ChangedEntry): void {
    const size = entry.changes.reduce((sum, change) => sum + sizeOf(change), 0);
    this.#kept.push({ ...entry, size });
    this.#characters += size;
    let dropped = 0;
    const { entries, characters } = this.#max;
    while (this.#kept.length - dropped > entries || this.#characters > characters) {
      const oldest = this.#kept[dropped];
      if (oldest === undefined) break;
      dropped += 1;
      this.#characters -= oldest.size;
      this.#since = oldest.index;
    }
    if (dropped > 0) this.#kept.splice(0, dropped);
    this.#tell();
  }

  #tell(): void {
    for (const reader of this.#readers) reader();
  }
}
