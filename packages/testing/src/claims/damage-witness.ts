import type { Recovered } from "@kontiki/actors/node";
import { nameOf, type Loss } from "../engine/loss.ts";
import type { DiskContent } from "./disk-content.ts";
import type { Placed } from "./placed.ts";

type Position = Pick<Placed, "index" | "term">;

/** What faults took from a disk, and what its node must therefore still find on it. Entries are named by `nameOf`. */
export class DamageWitness {
  readonly #taken = new Set<string>();
  /** The entries of the logs that were found damaged. */
  readonly #had = new Set<string>();
  /** Up to here the logs had been compacted: those entries are committed, and are checked as such. */
  #compacted = 0;
  /** Entries that a damaged log had and that are intact on the disk, until the log is repaired. */
  #spared: readonly Position[] = [];
  #isObscure = false;
  #isUnread = false;

  /** Whether something was damaged since the last start. */
  get isUnread(): boolean {
    return this.#isUnread;
  }

  /** Durable bytes were damaged. */
  damaged(loss: Loss): void {
    this.#isUnread = true;
    this.#isObscure ||= loss.isObscure;
    for (const entry of loss.entries) this.#taken.add(nameOf(entry));
  }

  /** Whether a damaged log had this entry, or had compacted its place. */
  had(entry: Position): boolean {
    return entry.index <= this.#compacted || this.#had.has(nameOf(entry));
  }

  /**
   * A node starts on this disk, and found damage. Returns the first entry that it should have found and did not: it is on the
   * disk, no fault took it, and no write that was not synced, and may have survived, cuts it off or puts a received snapshot in
   * the place of the log.
   */
  found(recovered: Recovered, durable: DiskContent, written: DiskContent): Position | undefined {
    const logs = [durable.log.entries, written.log.entries].flat();
    for (const entry of logs) this.#had.add(nameOf(entry));
    this.#compacted = Math.max(this.#compacted, durable.log.base.index);
    const { base, entries } = written.log;
    const uncut = new Set(entries.map(nameOf));
    const isCompacted = (entry: Position): boolean =>
      entry.index <= base.index && !isReplaced(durable.log, base);
    const certain = durable.log.entries.filter(
      (entry) => isCompacted(entry) || uncut.has(nameOf(entry)),
    );
    this.#spared = [...this.#spared, ...certain].filter((entry) => !this.#taken.has(nameOf(entry)));
    return this.again(recovered);
  }

  /** A node starts on this disk again. Returns the first entry that it no longer finds, before the log is repaired. */
  again(recovered: Recovered): Position | undefined {
    this.#isUnread = false;
    const { base, entries, horizon, salvage } = recovered;
    const salvaged = (salvage?.logs ?? []).flatMap(({ pieces }) => pieces.flat());
    const there = new Set([...entries, ...salvaged].map(nameOf));
    const missing = this.#isObscure
      ? undefined
      : this.#spared.find((entry) => entry.index > base.index && !there.has(nameOf(entry)));
    if (horizon === undefined) this.#clear();
    return horizon === undefined ? undefined : missing;
  }

  #clear(): void {
    this.#taken.clear();
    this.#had.clear();
    this.#compacted = 0;
    this.#spared = [];
    this.#isObscure = false;
  }
}

/** Whether a log that now begins after `base` was replaced by a snapshot, and not compacted: it did not have that entry. */
function isReplaced({ base: before, entries }: DiskContent["log"], base: Position): boolean {
  const isNew = base.index > before.index;
  return isNew && !entries.some(({ index, term }) => index === base.index && term === base.term);
}
