import { DiskError, type Disk, type DiskFile, type NewFile } from "@kontiki/actors/node";
import type { FaultableDisk } from "../engine/fault-surfaces.ts";
import type { Chance } from "../chance.ts";
import type { Counters } from "../run/counters.ts";
import type { DiskOperation, Kept, Range } from "../scenario/fault.ts";
import type { DiskSettings } from "../scenario/scenario.ts";
import type { DiskStep } from "./disk-step.ts";
import { DiskTroubles } from "./disk-troubles.ts";
import { Misdirection } from "./misdirection.ts";
import { rot } from "./rot.ts";
import type { SimFile } from "./sim-file.ts";
import { SimNames } from "./sim-names.ts";
import { OpenSimFile, UnpublishedSimFile, type FileSystem } from "./sim-open-file.ts";

/** What a disk is made of. */
export type DiskParts = {
  readonly chance: Chance;
  readonly settings: DiskSettings;
  readonly counters: Counters;
  /** Called before each operation; what it throws is what the operation throws. */
  readonly onStep: (step: DiskStep, file: string) => void;
};

/**
 * The disk of one node: it knows which bytes are durable, and how long all it was asked to do takes.
 *
 * - A write is in the page cache until its file is synced: who reads sees it, a loss of power takes it.
 * - A sync that fails leaves its bytes in the cache and calls them clean: no later sync carries them, unless they are
 *   written again (`DiskFile.rewrite`).
 * - A new file is written and synced before it has its name. The name is durable once the folder is synced.
 * - What is damaged stays so until it is written anew or removed.
 */
export class SimDisk implements Disk, FaultableDisk {
  readonly #parts: DiskParts;
  readonly #names = new SimNames();
  readonly #troubles: DiskTroubles;
  readonly #misdirection: Misdirection;
  readonly #system: FileSystem;
  #delayMs = 0;
  /** Whether it was read from since its delay was taken. */
  #isReading = false;
  #owner: string | undefined;

  constructor(parts: DiskParts) {
    this.#parts = parts;
    this.#troubles = new DiskTroubles(parts.chance.fork("slowness"), parts.counters);
    this.#misdirection = new Misdirection(parts.chance.fork("misdirection"), parts.counters);
    this.#system = {
      troubles: this.#troubles,
      misdirection: this.#misdirection,
      onStep: parts.onStep,
      pathOf: (name) => this.pathOf(name),
      publish: (name, file) => this.#publish(name, file),
    };
  }

  /**
   * Writes down whose disk it is, once; from then on it is nobody else's. A data directory has a file that says so.
   *
   * @throws DiskError when it is another's.
   */
  claim(owner: string): void {
    this.#owner ??= owner;
    if (this.#owner === owner) return;
    const message = `this is the simulated disk of ${this.#owner}, not of ${owner}: put it back where it belongs`;
    throw new DiskError(message, "EXDEV");
  }

  /** How long what was asked of it since the last call takes, in ms; infinite while it is stalled. */
  takeDelayMs(): number {
    const delay = this.#delayMs;
    this.#delayMs = 0;
    this.#isReading = false;
    return delay > 0 && this.#troubles.isStalled ? Number.POSITIVE_INFINITY : delay;
  }

  /** How long a sync that begins in this moment takes, in ms; infinite while it is stalled. */
  syncMs(): number {
    if (this.#troubles.isStalled) {
      this.#parts.counters.count("disk.stalled");
      return Number.POSITIVE_INFINITY;
    }
    return this.#drawMs();
  }

  /** Calls back when no stall is in force any more, at once if none is; gives a function that calls it off. */
  onReady(callback: () => void): () => void {
    return this.#troubles.onReady(callback);
  }

  /** Loses what was not synced, but for what `kept` says. No file of it is open. */
  losePower(kept: Kept): void {
    const { chance, counters } = this.#parts;
    this.#misdirection.forget();
    this.#names.losePower(kept, chance);
    for (const name of this.#names.list()) this.#file(name).losePower(kept, chance, counters);
  }

  /** Operations of this kind fail from here on (EIO). A write may have written a part, a sync any part. */
  beginErrors(operation: DiskOperation): () => void {
    return this.#troubles.beginErrors(operation);
  }

  /** There is room for `freeBytes` more, and for what is removed; then writes are refused (ENOSPC), after a part. */
  beginFullness(freeBytes: number): () => void {
    return this.#troubles.beginFullness(freeBytes);
  }

  /** Whatever waits for the device takes so much longer, in ms. */
  beginSlowness(ms: Range): () => void {
    return this.#troubles.beginSlowness(ms);
  }

  /** Whatever waits for the device waits until this ends. */
  beginStall(): () => void {
    return this.#troubles.beginStall();
  }

  /** One bit changes of what is durable. Says what, or undefined where nothing may: see {@link rot}. */
  rot(what: "log" | "snapshot", chance: Chance): string | undefined {
    const found = rot(this.#names, what, chance);
    if (found !== undefined) this.#parts.counters.count(`disk.rotten.${what}`);
    return found;
  }

  /** One of the next writes lands at another place of its file: see {@link Misdirection}. */
  beginMisdirection(): () => void {
    return this.#misdirection.begin();
  }

  /** Whether any of its files is damaged and still there. */
  get isDamaged(): boolean {
    return [...this.#names.files()].some(({ damaged }) => damaged);
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
    // What is read in a row is read ahead: a slow device keeps nobody waiting for each of a thousand segments.
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

  /** What is not published is nowhere but in the hands of whoever began it. */
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

  open(name: string): DiskFile {
    this.#troubles.check("read", this.pathOf(name));
    return new OpenSimFile(this.#system, name, this.#file(name));
  }

  #publish(name: string, file: SimFile): void {
    this.#delayMs += this.#drawMs();
    this.#names.set(name, file);
    this.#syncNames(name);
  }

  #syncNames(name: string): void {
    this.#parts.onStep("syncNames", name);
    this.#troubles.check("sync", this.pathOf(name));
    this.#delayMs += this.#drawMs();
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
