import {
  DiskError,
  isSetAside,
  UnchangedDisk,
  type Disk,
  type DiskFile,
  type NewFile,
} from "@kontiki/actors/node";
import type { FaultableDisk } from "../engine/fault-surfaces.ts";
import type { Loss, MayLose } from "../engine/loss.ts";
import type { Chance } from "../chance.ts";
import type { DiskOperation, Kept, Range } from "../scenario/fault.ts";
import { Device } from "./device.ts";
import { isFree, isSnapshot, PROMISE } from "./disk-files.ts";
import type { DiskParts } from "./disk-parts.ts";
import { DiskTroubles } from "./disk-troubles.ts";
import { Losses } from "./losses.ts";
import { Misdirection } from "./misdirection.ts";
import { chooseHit, type Hit } from "./rot.ts";
import type { SimFile } from "./sim-file.ts";
import { SimNames } from "./sim-names.ts";
import { OpenSimFile, UnpublishedSimFile, type FileSystem } from "./sim-open-file.ts";

/** How many bytes one damaged range may have; a range of one byte is a flipped bit. */
const RANGE_BYTES = [1, 1, 1, 16, 64, 512, 1024] as const;

/**
 * The disk of one node. It knows which bytes are durable, and how long its operations take.
 *
 * - A write is in the page cache until its file is synced: reads see it, a loss of power loses it.
 * - A sync that fails leaves its bytes in the cache and marks them clean: no later sync writes them, unless they are written
 *   again (`DiskFile.rewrite`).
 * - A new file is written and synced before it gets its name. The name is durable once the folder is synced.
 * - Damaged bytes stay damaged until they are written again or removed.
 */
export class SimDisk implements Disk, FaultableDisk {
  /** What faults took from it. */
  readonly losses = new Losses();
  /**
   * Whether a node recovers from it. No write is misplaced meanwhile: it may have read the place already, and would be taken
   * to know of the damage.
   */
  isRecovering = false;
  readonly #parts: DiskParts;
  readonly #names = new SimNames();
  readonly #troubles: DiskTroubles;
  readonly #misdirection: Misdirection;
  readonly #sectors: Chance;
  readonly #system: FileSystem;
  #delayMs = 0;
  /** Whether there was a read since the last `takeDelayMs`. */
  #isReading = false;
  #owner: string | undefined;

  constructor(parts: DiskParts) {
    this.#parts = parts;
    this.#troubles = new DiskTroubles(parts.chance.fork("slowness"), parts.counters);
    this.#misdirection = new Misdirection(
      parts.chance.fork("misdirection"),
      parts.counters,
      (loss) => this.#loses(loss),
    );
    this.#sectors = parts.chance.fork("sectors");
    this.#system = {
      troubles: this.#troubles,
      misdirection: this.#misdirection,
      isRecovering: () => this.isRecovering,
      onStep: parts.onStep,
      pathOf: (name) => this.pathOf(name),
      publish: (name, file) => this.#publish(name, file),
    };
  }

  /**
   * Records the owner of the disk, once; from then on no other node may use it. A data directory has a file for this.
   *
   * @throws DiskError when another node owns it.
   */
  claim(owner: string): void {
    this.#owner ??= owner;
    if (this.#owner === owner) return;
    const message = `this is the simulated disk of ${this.#owner}, not of ${owner}: put it back where it belongs`;
    throw new DiskError(message, "EXDEV");
  }

  /** How long the operations since the last call take, in ms; infinite while it is stalled. */
  takeDelayMs(): number {
    const delay = this.#delayMs;
    this.#delayMs = 0;
    this.#isReading = false;
    return delay > 0 && this.#troubles.isStalled ? Number.POSITIVE_INFINITY : delay;
  }

  /** How long a sync that begins at this moment takes, in ms; infinite while it is stalled. */
  syncMs(): number {
    if (this.#troubles.isStalled) {
      this.#parts.counters.count("disk.stalled");
      return Number.POSITIVE_INFINITY;
    }
    return this.#drawMs();
  }

  /** Calls back when no stall is in force, at once if there is none. Returns a function that cancels it. */
  onReady(callback: () => void): () => void {
    return this.#troubles.onReady(callback);
  }

  /** Loses what was not synced, except what `kept` leaves. No file of it may be open. */
  losePower(kept: Kept): void {
    const { chance, counters } = this.#parts;
    this.#misdirection.forget();
    this.#names.losePower(kept, chance);
    for (const name of this.#names.list()) {
      this.#file(name).losePower(kept, chance, counters);
      this.#file(name).loseOverwrites(kept, this.#sectors);
    }
  }

  /** Lets operations of this kind fail (EIO). A failed write may have written a part, a failed sync any part. */
  beginErrors(operation: DiskOperation): () => void {
    return this.#troubles.beginErrors(operation);
  }

  /** Leaves space for `freeBytes` more, plus what is removed; later writes fail (ENOSPC) after a part. */
  beginFullness(freeBytes: number): () => void {
    return this.#troubles.beginFullness(freeBytes);
  }

  /** Delays everything that waits for the device, in ms. */
  beginSlowness(ms: Range): () => void {
    return this.#troubles.beginSlowness(ms);
  }

  /** Holds up everything that waits for the device until this ends. */
  beginStall(): () => void {
    return this.#troubles.beginStall();
  }

  /** Flips one durable bit and returns where; undefined when no bit may be flipped: see {@link chooseHit}. */
  rot(what: "log" | "snapshot", chance: Chance, mayLose: MayLose): string | undefined {
    const hit = chooseHit(this.#names, what, 1, chance, mayLose);
    if (hit === undefined) return undefined;
    const bit = chance.below(8);
    this.#flip(hit, bit);
    this.#parts.counters.count(`disk.rotten.${what}`);
    return `bit ${bit} of byte ${hit.from} of ${hit.name}`;
  }

  /**
   * Damages ranges of the log or of snapshots, from one bit to a few sectors: see {@link chooseHit}. Returns how many. The kernel has written
   * the promise file back by then, so the last write may be among them.
   */
  scatter(what: "log" | "snapshot", ranges: number, chance: Chance, mayLose: MayLose): number {
    this.#names.get(PROMISE)?.writeBack();
    let done = 0;
    for (let count = 0; count < ranges; count += 1) {
      const length = chance.pick(RANGE_BYTES) ?? 1;
      const hit = chooseHit(this.#names, what, length, chance, mayLose);
      if (hit === undefined) continue;
      done += 1;
      if (length === 1) this.#flip(hit, chance.below(8));
      else this.#blank(hit);
    }
    this.#parts.counters.count("disk.scattered", done);
    return done;
  }

  /** What a loss of power at this moment leaves at least, for reading. */
  get device(): Disk {
    return new UnchangedDisk(new Device(this.#names.durable));
  }

  /** Lets one of the next writes land at the wrong place of its file: see {@link Misdirection}. */
  beginMisdirection(mayLose: MayLose): () => void {
    return this.#misdirection.begin(mayLose);
  }

  /** Whether any of its present files is damaged, besides those that were found so and set aside. */
  get isDamaged(): boolean {
    return this.#names.all().some(([name, { damaged }]) => damaged && !isSetAside(name));
  }

  list(): string[] {
    this.#troubles.check("read", this.pathOf(""));
    return this.#names.list();
  }

  read(name: string): Uint8Array {
    return this.readRange(name, 0, this.#file(name).length);
  }

  readRange(name: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
    this.#parts.onStep("read", name);
    this.#troubles.check("read", this.pathOf(name));
    // Sequential reads are read ahead: a slow device does not delay each of a thousand segments.
    if (!this.#isReading) this.#delayMs += this.#troubles.lateness();
    this.#isReading = true;
    return this.#file(name).read(offset, length);
  }

  pathOf(name: string): string {
    return `simulated:${name}`;
  }

  create(name: string, content: Uint8Array): void {
    this.#parts.onStep("create", name);
    const file = new UnpublishedSimFile(this.#system, name);
    file.append(content);
    file.finish(name);
  }

  begin(temporary: string): NewFile {
    this.#parts.onStep("begin", temporary);
    this.#troubles.check("write", this.pathOf(temporary));
    return new UnpublishedSimFile(this.#system, temporary);
  }

  /** Does nothing: an unpublished file exists only for the code that began it. */
  tidy(): void {
    this.#syncNames("");
  }

  remove(name: string): void {
    this.#parts.onStep("remove", name);
    this.#troubles.check("write", this.pathOf(name));
    const file = this.#file(name);
    if (file.damaged) this.#parts.counters.count("disk.damageRemoved");
    this.#names.delete(name);
    this.#syncNames(name);
    this.#troubles.giveSpace(file.length);
  }

  rename(name: string, to: string): void {
    this.#parts.onStep("rename", name);
    this.#troubles.check("write", this.pathOf(name));
    if (this.#file(name).damaged) this.#parts.counters.count("disk.damageRemoved");
    this.#names.rename(name, to);
    this.#syncNames(name);
  }

  open(name: string, end?: number): DiskFile {
    this.#troubles.check("read", this.pathOf(name));
    const file = this.#file(name);
    file.continueAt(end ?? file.length);
    return new OpenSimFile(this.#system, name, file);
  }

  #flip({ file, from, loss }: Hit, bit: number): void {
    file.flip(from, bit);
    this.#loses(loss);
  }

  #blank({ file, from, to, loss }: Hit): void {
    file.blank(from, to);
    this.#loses(loss);
  }

  #loses(loss: Loss): void {
    this.losses.add(loss);
    this.#parts.onLoss(loss);
  }

  #publish(name: string, file: SimFile): void {
    if (!isFree(name)) this.#delayMs += this.#drawMs();
    this.#names.set(name, file);
    let isDurable = false;
    try {
      this.#syncNames(name);
      isDurable = true;
    } finally {
      if (isSnapshot(name)) this.#parts.onSnapshot(name, file.device(), isDurable);
    }
  }

  #syncNames(name: string): void {
    this.#parts.onStep("syncNames", name);
    this.#troubles.check("sync", this.pathOf(name));
    if (!isFree(name)) this.#delayMs += this.#drawMs();
    this.#names.sync();
  }

  #drawMs(): number {
    const [least, most] = this.#parts.settings.syncMs;
    return least + this.#parts.chance.next() * (most - least) + this.#troubles.lateness();
  }

  #file(name: string): SimFile {
    const file = this.#names.get(name);
    if (file === undefined) throw new DiskError(`${this.pathOf(name)} is not there`, "ENOENT");
    return file;
  }
}
