import type { Config, LogPosition, Membership, Snapshot } from "@kontiki/core";
import type { Applier } from "./applier.ts";
import type { SnapshotStore, SnapshotWriter } from "../storage/snapshot-store.ts";

/**
 * When a node takes a snapshot automatically: when `entries` or `bytes` is reached since the last one, and `share` as well
 * (dissertation 5.1.2).
 */
export type SnapshotPolicy = {
  /** Commands applied; an entry without any counts as one. */
  readonly entries: number;
  /** Bytes of commands in them. */
  readonly bytes: number;
  /**
   * What these entries take in memory, as a share of the last snapshot's size. A snapshot costs in proportion to the state,
   * so with fixed limits alone a large state is written again and again. Default 0: no matter how large it was.
   */
  readonly share?: number | undefined;
  /**
   * Whether the first voters of a cluster take their first snapshots one after another: the first of three at a third of these
   * limits, the last at all of them. From then on each takes one whenever it reaches the limits, so they stay as far apart until
   * one receives another's snapshot, and while one writes and syncs a snapshot, the others commit. Default: all at the limits.
   */
  readonly inTurns?: boolean | undefined;
};

/** The default of a cluster: a snapshot of a small state every 50,000 commands, of a large one less often. */
export const SNAPSHOT_DEFAULTS = {
  entries: 50_000,
  bytes: 64 * 1024 * 1024,
  share: 0.5,
  inTurns: true,
} satisfies SnapshotPolicy;

/** What an entry of the log takes in memory besides the bytes of its command, about. */
const ENTRY_BYTES = 200;

/** Bytes of a snapshot written per turn: this bounds how much longer a turn may take while a snapshot is written. */
const TURN_BYTES = 128 * 1024;

type Writing = { readonly writer: SnapshotWriter; readonly parts: Iterator<Uint8Array> };

/** Takes snapshots of a node's own state, a bounded part in each turn (dissertation 5.1.1: concurrently). */
export class SnapshotTaker {
  readonly #store: SnapshotStore;
  readonly #applier: Applier;
  readonly #policy: SnapshotPolicy;
  /** At which part of the limits the first one is due. */
  readonly #first: number;
  #writing: Writing | undefined;
  /** What `commandsSince` was at the last snapshot, and at the one that is being written. */
  #commandsAt = { last: 0, next: 0 };

  constructor(store: SnapshotStore, applier: Applier, policy: SnapshotPolicy, config: Config) {
    this.#store = store;
    this.#applier = applier;
    this.#policy = policy;
    this.#first = policy.inTurns === true ? turnOf(config) : 1;
  }

  /** Whether a snapshot is being written. */
  get isWriting(): boolean {
    return this.#writing !== undefined;
  }

  /** Whether to begin one, with this many bytes of commands applied since the last one. */
  isDue(last: Snapshot | undefined, bytesSince: number): boolean {
    const { entries, bytes, share = 0 } = this.#policy;
    const since = this.#applier.applied - (last?.index ?? 0);
    const commands = this.#applier.commandsSince - this.#commandsAt.last;
    const part = last === undefined ? this.#first : 1;
    if (commands < entries * part && (since === 0 || bytesSince < bytes * part)) return false;
    return bytesSince + since * ENTRY_BYTES >= share * (last?.size ?? 0);
  }

  /** Begins one of the present state, which is that after the entry at `at`. */
  begin(at: LogPosition, membership: Membership): void {
    const parts = this.#applier.snapshot()[Symbol.iterator]();
    this.#commandsAt.next = this.#applier.commandsSince;
    this.#writing = { writer: this.#store.begin(at, membership), parts };
  }

  /** Writes some more of it. Returns the snapshot once it is complete and durable. */
  work(): Snapshot | undefined {
    if (this.#writing === undefined) return undefined;
    const { writer, parts } = this.#writing;
    for (let bytes = 0; bytes < TURN_BYTES;) {
      const next = parts.next();
      if (next.done === true) {
        this.#writing = undefined;
        const snapshot = writer.finish();
        this.#commandsAt.last = this.#commandsAt.next;
        this.#store.removeOld();
        return snapshot;
      }
      writer.write(next.value);
      bytes += next.value.length;
    }
    return undefined;
  }

  /** Deletes the unfinished one: its state has been replaced. */
  abandon(): void {
    this.#writing?.parts.return?.();
    this.#writing?.writer.abandon();
    this.#writing = undefined;
    // The applier counts from the state that replaces it.
    this.#commandsAt = { last: 0, next: 0 };
  }
}

/** The place of a node among the first voters, from 1 on, as a part of them; 1 for any other. */
function turnOf({ id, voters }: Config): number {
  const place = voters.toSorted().indexOf(id);
  return place < 0 ? 1 : (place + 1) / voters.length;
}
