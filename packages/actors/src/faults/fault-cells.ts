import { DISK_OPERATIONS, type DiskOperation, type Disturbance } from "./disturbance.ts";

const CELLS = {
  stalled: 0,
  failing: 1,
  isFull: 2,
  freeBytes: 3,
  slowLeastUs: 4,
  slowMostUs: 5,
  clockPpm: 6,
  clockJumpMs: 7,
  askedBytes: 8,
} as const;

/** How often a disturbance or a loss of power has had an effect, by the names of the counts of a run. */
export const EFFECTS = [
  "disk.errors.write",
  "disk.errors.sync",
  "disk.errors.read",
  "disk.full",
  "disk.slowed",
  "disk.stalled",
  "disk.bytesLost",
  "disk.torn",
] as const;

/** The name of an effect of a disturbance. */
export type FaultEffect = (typeof EFFECTS)[number];

const EFFECTS_AT = Object.keys(CELLS).length;
const RIGHT_PPM = 1_000_000;

/**
 * What is wrong with a node's disk and clock, as numbers of 32 bits in shared memory: its threads see a change at once, also
 * one that waits for a stalled disk, and so does a thread that is started later.
 */
export class FaultCells {
  /** Passed to the threads. */
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(shared = new SharedArrayBuffer(4 * (EFFECTS_AT + EFFECTS.length))) {
    this.shared = shared;
    this.#cells = new Int32Array(shared);
  }

  /** New cells, with nothing wrong. */
  static quiet(): FaultCells {
    const cells = new FaultCells();
    cells.set({});
    return cells;
  }

  /** The room of a disk that stays full is not filled up again. */
  set(now: Disturbance): void {
    const { failing = [], freeBytes, slowMs = [0, 0], isStalled = false } = now;
    const { clockRate = 1, clockJumpMs = 0 } = now;
    this.#setRoom(freeBytes === undefined ? undefined : Math.floor(freeBytes));
    this.#put(
      "failing",
      failing.reduce((mask, one) => mask | maskOf(one), 0),
    );
    this.#put("slowLeastUs", Math.floor(slowMs[0] * 1000));
    this.#put("slowMostUs", Math.floor(slowMs[1] * 1000));
    this.#put("clockPpm", Math.floor(clockRate * RIGHT_PPM + 1 / 2));
    this.#put("clockJumpMs", Math.trunc(clockJumpMs));
    this.#put("stalled", isStalled ? 1 : 0);
    Atomics.notify(this.#cells, CELLS.stalled);
  }

  /** How often each effect has come about. */
  effects(): Readonly<Record<FaultEffect, number>> {
    const counts = EFFECTS.map((name, at) => [name, Atomics.load(this.#cells, EFFECTS_AT + at)]);
    return Object.fromEntries(counts) as Record<FaultEffect, number>;
  }

  count(effect: FaultEffect, by = 1): void {
    Atomics.add(this.#cells, EFFECTS_AT + EFFECTS.indexOf(effect), by);
  }

  isFailing(operation: DiskOperation): boolean {
    return (this.#get("failing") & maskOf(operation)) !== 0;
  }

  /** How many of these bytes the disk accepts: fewer when it is full or becomes full. */
  takeSpace(bytes: number): number {
    if (!this.isSpaceShort) return bytes;
    const taken = Math.min(bytes, Math.max(0, this.#get("freeBytes")));
    Atomics.sub(this.#cells, CELLS.freeBytes, taken);
    return taken;
  }

  /** Whether its room is counted. */
  get isSpaceShort(): boolean {
    return this.#get("isFull") === 1;
  }

  giveSpace(bytes: number): void {
    if (this.isSpaceShort) Atomics.add(this.#cells, CELLS.freeBytes, bytes);
  }

  /** Blocks the thread for as long as its device takes longer than usual. @param random from 0 up to 1. */
  waitForDevice(random: () => number): void {
    const [least, most] = [this.#get("slowLeastUs"), this.#get("slowMostUs")];
    if (most > 0) {
      this.count("disk.slowed");
      sleep((least + random() * (most - least)) / 1000);
    }
    if (this.#get("stalled") === 0) return;
    this.count("disk.stalled");
    while (this.#get("stalled") === 1) Atomics.wait(this.#cells, CELLS.stalled, 1);
  }

  get clockRate(): number {
    return this.#get("clockPpm") / RIGHT_PPM;
  }

  get clockJumpMs(): number {
    return this.#get("clockJumpMs");
  }

  #setRoom(bytes: number | undefined): void {
    const isOther = !this.isSpaceShort || bytes !== this.#get("askedBytes");
    if (bytes !== undefined && isOther) {
      this.#put("freeBytes", bytes);
      this.#put("askedBytes", bytes);
    }
    this.#put("isFull", bytes === undefined ? 0 : 1);
  }

  #get(cell: keyof typeof CELLS): number {
    return Atomics.load(this.#cells, CELLS[cell]);
  }

  #put(cell: keyof typeof CELLS, value: number): void {
    Atomics.store(this.#cells, CELLS[cell], value);
  }
}

function maskOf(operation: DiskOperation): number {
  return 1 << DISK_OPERATIONS.indexOf(operation);
}

const NEVER = new Int32Array(new SharedArrayBuffer(4));

function sleep(ms: number): void {
  Atomics.wait(NEVER, 0, 0, ms);
}
