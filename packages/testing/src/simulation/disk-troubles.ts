import { DiskError } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Counters } from "../run/counters.ts";
import type { DiskOperation, Range } from "../scenario/fault.ts";
import { InForce } from "./in-force.ts";

/** The present faults of a disk other than damaged bytes: which operations fail, and how long they take. */
export class DiskTroubles {
  readonly #chance: Chance;
  readonly #counters: Counters;
  readonly #errors = new InForce<DiskOperation>();
  readonly #slowness = new InForce<Range>();
  readonly #stalls = new InForce<true>();
  readonly #fullness = new InForce<true>();
  #freeBytes = 0;
  #waiting: { readonly callback: () => void }[] = [];

  constructor(chance: Chance, counters: Counters) {
    this.#chance = chance;
    this.#counters = counters;
  }

  get isStalled(): boolean {
    return this.#stalls.all.length > 0;
  }

  beginErrors(operation: DiskOperation): () => void {
    return this.#errors.begin(operation);
  }

  beginSlowness(ms: Range): () => void {
    return this.#slowness.begin(ms);
  }

  /** @param freeBytes how many bytes can still be written before the disk is full, from 0. */
  beginFullness(freeBytes: number): () => void {
    this.#freeBytes = freeBytes;
    return this.#fullness.begin(true);
  }

  beginStall(): () => void {
    const end = this.#stalls.begin(true);
    return () => {
      end();
      if (this.isStalled) return;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const { callback } of waiting) callback();
    };
  }

  /** Calls back when no stall is in force, at once if there is none. Returns a function that cancels it. */
  onReady(callback: () => void): () => void {
    if (!this.isStalled) {
      callback();
      return () => {};
    }
    const entry = { callback };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== entry);
    };
  }

  /** @throws DiskError while operations of this kind fail. */
  check(operation: "write" | "sync" | "read", path: string): void {
    if (!this.#errors.all.some((failing) => failing === operation || failing === "any")) return;
    this.#counters.count(`disk.errors.${operation}`);
    throw new DiskError(`cannot ${operation} ${path}: the simulated device fails (EIO)`, "EIO");
  }

  /** How many of these bytes the disk accepts: all of them, or fewer when it is full or becomes full. */
  takeSpace(bytes: number): number {
    if (this.#fullness.all.length === 0) return bytes;
    const taken = Math.min(bytes, this.#freeBytes);
    this.#freeBytes -= taken;
    return taken;
  }

  giveSpace(bytes: number): void {
    this.#freeBytes += bytes;
  }

  /** The error of a write that found no space. */
  full(path: string): DiskError {
    this.#counters.count("disk.full");
    return new DiskError(`cannot write to ${path}: the simulated disk is full (ENOSPC)`, "ENOSPC");
  }

  /** How much longer than usual the next operation takes, in ms. */
  lateness(): number {
    let late = 0;
    for (const [least, most] of this.#slowness.all) {
      this.#counters.count("disk.slowed");
      late += least + this.#chance.next() * (most - least);
    }
    return late;
  }
}
