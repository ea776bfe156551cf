/** What a loss of power may take away from one file. */
export type UnsyncedFile = {
  /** The bytes before this one are on the device, but for `sectors`. */
  readonly synced: number;
  /** What was on the device in sectors that were written over since: offset, and bytes in base64. */
  readonly sectors: readonly (readonly [at: number, bytes: string])[];
  /** What was on the device from `synced` on, before the file was cut there, in base64. */
  readonly cut: string | undefined;
};

/** A change of names that the folder may not hold yet, and under which name the old file is kept meanwhile. */
export type UnsyncedName =
  | {
      readonly type: "renamed";
      readonly from: string;
      readonly to: string;
      readonly replaced: string | undefined;
    }
  | { readonly type: "removed"; readonly path: string; readonly kept: string };

/** All that a loss of power at this moment may take away from a disk, by the paths of files. */
export type Unsynced = {
  readonly files: Readonly<Record<string, UnsyncedFile>>;
  readonly names: readonly UnsyncedName[];
};

const NOTHING: Unsynced = { files: {}, names: [] };

/** Bytes for one version of the record. */
const SLOT_BYTES = 128 * 1024;
const HEADER_BYTES = 16;
const VERSION = 0;
const LENGTHS = 1;

/**
 * What of a disk is not synced, in shared memory, so that it is known after its thread was ended at any instruction.
 *
 * There are two slots. A version is written into the slot that is not in force, and then the number of the version is
 * raised: a thread that ends while it writes leaves the version before it.
 */
export class UnsyncedRecord {
  /** Passed to the threads. */
  readonly shared: SharedArrayBuffer;
  readonly #header: Int32Array;
  readonly #slots: readonly Uint8Array[];

  constructor(shared = new SharedArrayBuffer(HEADER_BYTES + 2 * SLOT_BYTES)) {
    this.shared = shared;
    this.#header = new Int32Array(shared, 0, HEADER_BYTES / 4);
    this.#slots = [0, 1].map(
      (slot) => new Uint8Array(shared, HEADER_BYTES + slot * SLOT_BYTES, SLOT_BYTES),
    );
  }

  read(): Unsynced {
    const slot = Atomics.load(this.#header, VERSION) % 2;
    const length = Atomics.load(this.#header, LENGTHS + slot);
    const bytes = this.#slots[slot]?.subarray(0, length);
    if (bytes === undefined || length === 0) return NOTHING;
    return JSON.parse(Buffer.from(bytes).toString()) as Unsynced;
  }

  /** Whether it had room for this. If not, the version before it stays. */
  write(unsynced: Unsynced): boolean {
    const version = Atomics.load(this.#header, VERSION) + 1;
    const bytes = Buffer.from(JSON.stringify(unsynced));
    if (bytes.length > SLOT_BYTES) return false;
    this.#slots[version % 2]?.set(bytes);
    Atomics.store(this.#header, LENGTHS + (version % 2), bytes.length);
    Atomics.store(this.#header, VERSION, version);
    return true;
  }

  /** Everything is as it is on the device. */
  clear(): void {
    this.write(NOTHING);
  }
}
