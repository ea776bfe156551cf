import { LOG_START, type LogPosition } from "@kontiki/core";
import type { Placed } from "./placed.ts";

/** The content of a log. */
export type LogContent = {
  /** The position before its first entry. */
  readonly base: Pick<Placed, "index" | "term">;
  /** The entries after `base`, without gaps. */
  readonly entries: readonly Placed[];
};

/**
 * The shadow of a node's log: a second log that follows the node's effects and shares no code with it.
 *
 * It does not check whether an effect makes sense: the checks find a wrong effect by its result.
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

  /** Entries with a membership, in order, without those that were compacted. */
  get memberships(): readonly Placed[] {
    return this.#memberships;
  }

  /** The entry at an index; undefined if there is none, or it was compacted. */
  at(index: number): Placed | undefined {
    return this.#entries[index - this.#base.index - 1];
  }

  /** Whether it has an entry, or has compacted its place. */
  holds(placed: Placed): boolean {
    return placed.index <= this.#base.index || this.at(placed.index) === placed;
  }

  append(placed: Placed): void {
    this.#entries.push(placed);
    if (placed.entry.type === "membership") this.#memberships.push(placed);
  }

  /** Drops all entries after `after`, and returns them. */
  truncate(after: number): readonly Placed[] {
    while ((this.#memberships.at(-1)?.index ?? 0) > after) this.#memberships.pop();
    return this.#entries.splice(Math.max(0, after - this.#base.index));
  }

  /** Drops all entries up to and including `upTo`. */
  compact(upTo: number): void {
    const dropped = this.#entries.splice(0, upTo - this.#base.index);
    this.#memberships = this.#memberships.filter(({ index }) => index > upTo);
    this.#base = { index: upTo, term: dropped.at(-1)?.term ?? this.#base.term };
  }

  /** Drops everything: the log continues after this position. */
  reset({ index, term }: LogPosition | LogContent["base"]): void {
    this.#base = { index, term };
    this.#entries = [];
    this.#memberships = [];
  }

  /** A copy of its content up to and including `upTo`. */
  content(upTo = this.lastIndex): LogContent {
    return { base: this.#base, entries: this.#entries.slice(0, upTo - this.#base.index) };
  }
}
