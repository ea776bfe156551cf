import { LOG_START, type LogPosition } from "@kontiki/core";
import type { Placed } from "./placed.ts";

/** What a log holds. */
export type LogContent = {
  /** The position before its first entry. */
  readonly base: Pick<Placed, "index" | "term">;
  /** The entries behind `base`, without holes. */
  readonly entries: readonly Placed[];
};

/**
 * A node's log as its effects tell it: kept apart from the node, with no code in common.
 *
 * What it is told is not checked to fit: a log that is told nonsense is found by what it comes to.
 */
export class ShadowLog {
  #base: LogContent["base"] = LOG_START;
  #entries: Placed[] = [];
  #memberships: Placed[] = [];

  get base(): LogContent["base"] {
    return this.#base;
  }

  get lastIndex(): number {
    return this.#base.index + this.#entries.length;
  }

  get last(): Pick<Placed, "index" | "term"> {
    return this.#entries.at(-1) ?? this.#base;
  }

  /** Entries that say who belongs to the cluster, in order. Those that were compacted are not among them. */
  get memberships(): readonly Placed[] {
    return this.#memberships;
  }

  /** The entry at an index; undefined where there is none, or none any more. */
  at(index: number): Placed | undefined {
    return this.#entries[index - this.#base.index - 1];
  }

  /** Whether it holds an entry, or has compacted what stood there. */
  holds(placed: Placed): boolean {
    return placed.index <= this.#base.index || this.at(placed.index) === placed;
  }

  append(placed: Placed): void {
    this.#entries.push(placed);
    if (placed.entry.type === "membership") this.#memberships.push(placed);
  }

  /** Drops all behind `after`, and gives it. */
  truncate(after: number): readonly Placed[] {
    while ((this.#memberships.at(-1)?.index ?? 0) > after) this.#memberships.pop();
    return this.#entries.splice(Math.max(0, after - this.#base.index));
  }

  /** Drops all up to and with `upTo`. */
  compact(upTo: number): void {
    const dropped = this.#entries.splice(0, upTo - this.#base.index);
    this.#memberships = this.#memberships.filter(({ index }) => index > upTo);
    this.#base = { index: upTo, term: dropped.at(-1)?.term ?? this.#base.term };
  }

  /** Drops everything: it goes on behind `base`. */
  reset({ index, term }: LogPosition | LogContent["base"]): void {
    this.#base = { index, term };
    this.#entries = [];
    this.#memberships = [];
  }

  /** A copy of what it holds, up to and with `upTo`. */
  content(upTo = this.lastIndex): LogContent {
    return { base: this.#base, entries: this.#entries.slice(0, upTo - this.#base.index) };
  }
}
