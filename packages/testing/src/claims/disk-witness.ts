import {
  INITIAL_HARD_STATE,
  type Effect,
  type Entry,
  type HardState,
  type LogPosition,
  type NodeId,
  type Snapshot,
} from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import { DamageWitness } from "./damage-witness.ts";
import type { DiskContent } from "./disk-content.ts";
import { FileWitness } from "./file-witness.ts";
import type { Placed, PlacedEntries } from "./placed.ts";
import { ShadowLog, type LogContent } from "./shadow-log.ts";

type Promises = Pick<DiskContent, "hard" | "horizon">;

/**
 * The witness of a disk: what one disk of one node must have, as it was written and as it was last synced. It follows the
 * effects of the core and the completed syncs. No crash reaches it, so after a restart the checks compare the real disk
 * with it.
 */
export class DiskWitness {
  readonly node: NodeId;
  readonly uid: number;
  /** The log as it was written. */
  readonly log = new ShadowLog();
  /** The last vote that any message gave. */
  vote: { readonly term: number; readonly candidate: string } | undefined;
  /** Its newest snapshot, which is durable. */
  snapshot: Snapshot | undefined;
  /** Whether a fault has ever damaged durable bytes on it. */
  isDamaged = false;
  readonly damage = new DamageWitness();
  /** The files of its snapshots. */
  readonly files = new FileWitness();
  readonly #placed: PlacedEntries;
  #written: Promises = { hard: INITIAL_HARD_STATE, horizon: undefined };
  #durable: Promises = this.#written;
  /** Up to here the durable log equals the written one; after it the durable log has what was cut off since. */
  #durableUpTo = 0;
  #compactedUpTo = 0;
  #cut: readonly Placed[] = [];
  /** The durable log, if the written one was replaced since. */
  #replaced: LogContent | undefined;

  constructor(node: NodeId, uid: number, placed: PlacedEntries) {
    this.node = node;
    this.uid = uid;
    this.#placed = placed;
  }

  /** Its name for people: the node, and the uid if it is not the node's first disk. */
  get name(): string {
    return this.uid === 0 ? this.node : `${this.node}#${this.uid}`;
  }

  /** The term and vote that a node finds after a crash, at least. */
  get hard(): HardState {
    return this.#durable.hard;
  }

  get horizon(): LogPosition | undefined {
    return this.#written.horizon;
  }

  /** The last index up to which the written log is durable. */
  get durableUpTo(): number {
    return this.#durableUpTo;
  }

  /** The last entry that a node never finds in its log again, because the record of its compaction is durable. */
  get compactedUpTo(): number {
    return this.#compactedUpTo;
  }

  /** What a node finds after a crash if nothing written since the last sync survived. */
  get durable(): DiskContent {
    const kept = this.#replaced ?? this.log.content(this.#durableUpTo);
    const { base, entries } = kept;
    return { ...this.#durable, log: { base, entries: [...entries, ...this.#cut] } };
  }

  /** What a node finds after a crash if everything survived. */
  get written(): DiskContent {
    return { ...this.#written, log: this.log.content() };
  }

  /** Whether a node finds this entry after any crash, in the log or as a part of a snapshot. */
  holdsDurably(placed: Placed): boolean {
    const { index } = placed;
    if (index <= this.#durableUpTo && this.log.holds(placed)) return true;
    const { base, entries } = this.#replaced ?? { base: undefined, entries: [] };
    if (base !== undefined && entries[index - base.index - 1] === placed) return true;
    return this.#cut.some((each) => each === placed);
  }

  /** Follows an effect of a node on its disk. */
  perform(effect: Effect<CommandBytes>): void {
    switch (effect.type) {
      case "saveHardState":
        this.#written = { ...this.#written, hard: effect.hard };
        return;
      case "truncateLog":
        return this.#truncate(effect.after);
      case "appendLog":
        for (const entry of effect.entries) this.#append(entry);
        return;
      case "compactLog":
        return this.log.compact(effect.upTo);
      case "installSnapshot":
        return this.#install(effect.snapshot);
      case "logRepaired":
        this.#written = { ...this.#written, horizon: undefined };
        return;
      default:
        return;
    }
  }

  /** Everything written is durable. */
  synced(): void {
    this.#durable = this.#written;
    this.#durableUpTo = this.log.lastIndex;
    this.#compactedUpTo = this.log.base.index;
    if (this.#cut.length > 0) this.#cut = [];
    this.#replaced = undefined;
  }

  /** A start found this on it: all of it is durable. */
  recovered(
    { hard, horizon, base }: Promises & { readonly base: LogContent["base"] },
    entries: readonly Entry<CommandBytes>[],
    snapshot: Snapshot | undefined,
  ): void {
    this.#written = { hard, horizon };
    this.log.reset(base);
    for (const entry of entries) this.#append(entry);
    this.snapshot = snapshot;
    this.synced();
  }

  #append(entry: Entry<CommandBytes>): void {
    this.log.append(this.#placed.place(this.node, entry, this.log.last.term));
  }

  #truncate(after: number): void {
    const dropped = this.log.truncate(after);
    if (after >= this.#durableUpTo) return;
    this.#cut = [...dropped.slice(0, this.#durableUpTo - after), ...this.#cut];
    this.#durableUpTo = after;
  }

  /** The snapshot is durable before the log is replaced. */
  #install(snapshot: Snapshot): void {
    if (this.#replaced === undefined) {
      this.#replaced = this.durable.log;
      this.#cut = [];
    }
    this.log.reset(snapshot);
    this.#durableUpTo = snapshot.index;
    this.snapshot = snapshot;
  }
}
