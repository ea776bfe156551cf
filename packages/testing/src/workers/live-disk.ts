import type { ClusterFaults, Disk, RaftStatus } from "@kontiki/actors";
import { DiskError } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { EndFault, FaultableDisk } from "../engine/fault-surfaces.ts";
import type { Holdings, Loss, MayLose } from "../engine/loss.ts";
import type { Timeline } from "../engine/timeline.ts";
import type { Counters } from "../run/counters.ts";
import type { DiskOperation, Range } from "../scenario/fault.ts";
import { chooseDamage, chooseMisplacement, type Patch } from "./disk-damage.ts";
import { holdingsOn } from "./live-holdings.ts";
import type { NodeTroubles } from "./node-troubles.ts";

/** How many bytes one damaged range may have; a range of one byte is a flipped bit. */
const RANGE_BYTES = [1, 1, 1, 16, 64, 512, 1024] as const;

/** How often a write is looked for that may be misplaced, in ms. */
const LOOK_MS = 20;

/** Damage that was done, and what it took. */
type Damaged = { readonly patches: readonly Patch[]; readonly loss: Loss };

/** What a {@link LiveDisk} needs. */
export type LiveDiskParts = {
  readonly node: string;
  /** Whether the node is still one of the cluster: a fault may outlast it. */
  readonly isThere: () => boolean;
  readonly faults: ClusterFaults;
  readonly troubles: NodeTroubles;
  readonly counters: Counters;
  readonly timeline: Timeline;
  /** Makes the choices that a fault does not make itself. */
  readonly chance: Chance;
};

/**
 * The disk of a thread's node as faults see it: a folder, or files in memory. What fails or waits does so in the thread;
 * damage is done here, to bytes that are certainly durable.
 */
export class LiveDisk implements FaultableDisk {
  readonly #parts: LiveDiskParts;
  #damage: readonly Damaged[] = [];

  constructor(parts: LiveDiskParts) {
    this.#parts = parts;
  }

  /** Whether damaged bytes are still there: their file was not removed, set aside or written again. */
  get isDamaged(): boolean {
    const isThere = ({ name, at, bytes }: Patch): boolean | undefined =>
      ifThere(() => Buffer.from(this.#disk.readRange(name, at, bytes.length)).equals(bytes));
    const left = this.#damage.filter(({ patches }) => patches.some(isThere));
    this.#parts.counters.count("disk.damageRemoved", this.#damage.length - left.length);
    this.#damage = left;
    return this.#damage.length > 0;
  }

  /** What the disk has; undefined when the node changes its files at this moment. */
  holdings(raft: RaftStatus): Holdings | undefined {
    const unread = this.isDamaged ? this.#damage.map(({ loss }) => loss) : [];
    return ifThere(() => holdingsOn(this.#disk, raft, unread));
  }

  beginErrors(operation: DiskOperation): EndFault {
    return this.#parts.troubles.beginErrors(operation);
  }

  beginFullness(freeBytes: number): EndFault {
    return this.#parts.troubles.beginFullness(freeBytes);
  }

  beginSlowness(ms: Range): EndFault {
    return this.#parts.troubles.beginSlowness(ms);
  }

  beginStall(): EndFault {
    return this.#parts.troubles.beginStall();
  }

  rot(what: "log" | "snapshot", chance: Chance, mayLose: MayLose): string | undefined {
    const hit = ifThere(() => chooseDamage(this.#disk, what, 1, chance, mayLose));
    if (hit === undefined || !this.#write([hit.patch], hit.loss)) return undefined;
    this.#parts.counters.count(`disk.rotten.${what}`);
    return `byte ${hit.patch.at} of ${hit.patch.name}`;
  }

  scatter(what: "log" | "snapshot", ranges: number, chance: Chance, mayLose: MayLose): number {
    let done = 0;
    for (let count = 0; count < ranges; count += 1) {
      const length = chance.pick(RANGE_BYTES) ?? 1;
      const hit = ifThere(() => chooseDamage(this.#disk, what, length, chance, mayLose));
      if (hit !== undefined && this.#write([hit.patch], hit.loss)) done += 1;
    }
    this.#parts.counters.count("disk.scattered", done);
    return done;
  }

  beginMisdirection(mayLose: MayLose): EndFault {
    const { timeline, chance, counters } = this.#parts;
    let cancel = (): void => {};
    const look = (): void => {
      const hit = ifThere(() => chooseMisplacement(this.#disk, chance, mayLose));
      if (hit !== undefined && this.#write(hit.patches, hit.loss))
        counters.count("disk.misdirected");
      else cancel = timeline.after(LOOK_MS, look);
    };
    look();
    return () => cancel();
  }

  get #disk(): Disk {
    const { node, isThere, faults } = this.#parts;
    if (!isThere()) throw new DiskError(`${node} was removed, with its disk`, "ENODEV");
    return faults.diskOf(node);
  }

  /** Whether the file was still there. */
  #write(patches: readonly Patch[], loss: Loss): boolean {
    const [first] = patches;
    const file = first && ifThere(() => this.#disk.open(first.name));
    if (file === undefined) return false;
    try {
      for (const { at, bytes } of patches) file.overwrite(at, bytes);
      file.sync();
    } finally {
      file.close();
    }
    this.#damage = [...this.#damage, { patches, loss }];
    return true;
  }
}

/** The node may remove a file at any moment, and may itself be removed. Undefined when that has happened. */
function ifThere<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}
