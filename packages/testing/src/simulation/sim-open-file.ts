import { assert } from "@kontiki/core";
import type { DiskFile, DiskStep, NewFile } from "@kontiki/actors/node";
import type { DiskTroubles } from "./disk-troubles.ts";
import type { Misdirection } from "./misdirection.ts";
import { SimFile } from "./sim-file.ts";

/** What files need from their disk. */
export type FileSystem = {
  readonly troubles: DiskTroubles;
  readonly misdirection: Misdirection;
  /** Whether a node reads the disk to recover from it. */
  readonly isRecovering: () => boolean;
  readonly onStep: (step: DiskStep, file: string) => void;
  readonly pathOf: (name: string) => string;
  /** Gives a synced file its name, durably. */
  readonly publish: (name: string, file: SimFile) => void;
};

/**
 * Writes at the end of a file. A disk that fails or is full may have taken a part: as much as there is space for, or half of
 * it when the device fails.
 */
function append(
  { troubles, pathOf }: FileSystem,
  name: string,
  file: SimFile,
  bytes: Uint8Array,
): void {
  try {
    troubles.check("write", pathOf(name));
  } catch (error) {
    file.append(bytes.subarray(0, Math.floor(bytes.length / 2)));
    throw error;
  }
  const taken = troubles.takeSpace(bytes.length);
  file.append(bytes.subarray(0, taken));
  if (taken < bytes.length) throw troubles.full(pathOf(name));
}

function sync({ troubles, pathOf }: FileSystem, name: string, file: SimFile): void {
  try {
    troubles.check("sync", pathOf(name));
  } catch (error) {
    file.failSync();
    throw error;
  }
  file.sync();
}

/** A file that is open for appending. After a failure it refuses everything, as a real file must. */
export class OpenSimFile implements DiskFile {
  readonly #system: FileSystem;
  readonly #name: string;
  readonly #file: SimFile;
  #state: "usable" | "cut" | "failed" | "closed" = "usable";

  constructor(system: FileSystem, name: string, file: SimFile) {
    this.#system = system;
    this.#name = name;
    this.#file = file;
  }

  append(bytes: Uint8Array): void {
    assert(this.#state !== "cut", "a file that was cut is synced before it grows");
    this.#attempt("append", () => {
      append(this.#system, this.#name, this.#file, bytes);
      this.#system.misdirection.onAppend(this.#name, this.#file);
    });
  }

  rewrite(offset: number, bytes: Uint8Array): void {
    this.#attempt("rewrite", () => {
      this.#system.troubles.check("write", this.#system.pathOf(this.#name));
      this.#file.rewrite(offset, bytes);
    });
  }

  overwrite(offset: number, bytes: Uint8Array): void {
    this.#attempt("overwrite", () => {
      this.#system.troubles.check("write", this.#system.pathOf(this.#name));
      this.#file.overwrite(offset, bytes);
    });
  }

  sync(): void {
    this.#attempt("sync", () => {
      sync(this.#system, this.#name, this.#file);
      if (!this.#system.isRecovering()) this.#system.misdirection.onSync(this.#file);
    });
    this.#state = "usable";
  }

  truncate(length: number): void {
    this.#attempt("truncate", () => {
      this.#system.troubles.check("write", this.#system.pathOf(this.#name));
      this.#system.troubles.giveSpace(this.#file.length - length);
      this.#file.truncate(length);
    });
    this.#state = "cut";
  }

  close(): void {
    this.#state = "closed";
  }

  #attempt(step: DiskStep, call: () => void): void {
    assert(this.#state !== "failed", "a file that failed is not used again");
    assert(this.#state !== "closed", "a closed file is not used");
    const before = this.#state;
    this.#state = "failed";
    this.#system.onStep(step, this.#name);
    call();
    this.#state = before;
  }
}

/** A file without a name: it is invisible until it is published. */
export class UnpublishedSimFile implements NewFile {
  readonly #system: FileSystem;
  readonly #temporary: string;
  readonly #file = new SimFile();
  #state: "usable" | "failed" | "over" = "usable";

  constructor(system: FileSystem, temporary: string) {
    this.#system = system;
    this.#temporary = temporary;
  }

  append(bytes: Uint8Array): void {
    this.#attempt(() => append(this.#system, this.#temporary, this.#file, bytes));
  }

  publish(name: string): void {
    this.#system.onStep("publish", name);
    this.finish(name);
  }

  /** Like {@link publish}, for a file that is made and filled in one step. */
  finish(name: string): void {
    this.#attempt(() => {
      sync(this.#system, this.#temporary, this.#file);
      this.#system.publish(name, this.#file);
    });
    this.#state = "over";
  }

  abandon(): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#system.troubles.giveSpace(this.#file.length);
  }

  #attempt(call: () => void): void {
    assert(this.#state === "usable", "a file that failed or is finished is not used again");
    this.#state = "failed";
    call();
    this.#state = "usable";
  }
}
