import { DiskError, type Disk, type DiskFile, type NewFile } from "../storage/disk/disk.ts";
import type { DiskStep } from "./crash-points.ts";
import type { DiskOperation } from "./disturbance.ts";
import type { FaultCells } from "./fault-cells.ts";

/** What the message of an error says that a disturbance of the disk causes. */
export const AS_ASKED = "as was asked for";

/** What stands between a node and its disk. */
export type FaultyParts = {
  readonly cells: FaultCells;
  /** Called before each operation. */
  readonly onStep: (step: DiskStep, file: string) => void;
  /** From 0 up to 1. */
  readonly random: () => number;
};

/**
 * A disk in front of the real one, which does what its cells say: it fails, is full, is slow or stalls. Otherwise it passes
 * everything on.
 */
export class FaultyDisk implements Disk {
  readonly #disk: Disk;
  readonly #parts: FaultyParts;

  constructor(disk: Disk, parts: FaultyParts) {
    this.#disk = disk;
    this.#parts = parts;
  }

  list(): string[] {
    this.#before("read", "read", "");
    return this.#disk.list();
  }

  read(name: string, spare?: Uint8Array): Uint8Array {
    this.#before("read", "read", name);
    return this.#disk.read(name, spare);
  }

  readRange(name: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
    this.#before("read", "read", name);
    return this.#disk.readRange(name, offset, length);
  }

  create(name: string, content: Uint8Array): void {
    this.#before("create", "write", name);
    this.#beforeSync(name);
    if (this.#parts.cells.takeSpace(content.length) < content.length) throw this.#full(name);
    this.#disk.create(name, content);
  }

  begin(temporary: string): NewFile {
    this.#before("begin", "write", temporary);
    const file = this.#disk.begin(temporary);
    let written = 0;
    return {
      append: (bytes) => {
        this.#append(file, temporary, bytes);
        written += bytes.length;
      },
      publish: (name) => {
        this.#parts.onStep("publish", name);
        this.#beforeSync(name);
        file.publish(name);
      },
      abandon: () => {
        this.#parts.cells.giveSpace(written);
        written = 0;
        file.abandon();
      },
    };
  }

  /** While the disk is full, no space is reserved, and what is written over reserved space needs space all the same. */
  open(name: string, end?: number): DiskFile {
    this.#check("read", name);
    const file = this.#disk.open(name, end);
    return {
      append: (bytes) => this.#append(file, name, bytes),
      reserve: (length) => {
        this.#before("reserve", "write", name);
        if (!this.#parts.cells.isSpaceShort) file.reserve(length);
      },
      rewrite: (offset, bytes) => {
        this.#before("rewrite", "write", name);
        file.rewrite(offset, bytes);
      },
      overwrite: (offset, bytes) => {
        this.#before("overwrite", "write", name);
        file.overwrite(offset, bytes);
      },
      sync: () => {
        this.#parts.onStep("sync", name);
        this.#beforeSync(name);
        file.sync();
      },
      truncate: (length) => {
        this.#before("truncate", "write", name);
        file.truncate(length);
      },
      close: () => file.close(),
    };
  }

  remove(name: string): void {
    this.#before("remove", "write", name);
    this.#beforeSync(name);
    const bytes = this.#sizeOf(name);
    this.#disk.remove(name);
    this.#parts.cells.giveSpace(bytes);
  }

  rename(name: string, to: string): void {
    this.#before("rename", "write", name);
    this.#beforeSync(name);
    this.#disk.rename(name, to);
  }

  tidy(): void {
    this.#beforeSync("");
    this.#disk.tidy();
  }

  pathOf(name: string): string {
    return this.#disk.pathOf(name);
  }

  /** A disk that fails or is full may have taken a part. */
  #append(file: Pick<DiskFile, "append">, name: string, bytes: Uint8Array): void {
    const { cells, onStep } = this.#parts;
    onStep("append", name);
    if (cells.isFailing("write")) file.append(bytes.subarray(0, Math.floor(bytes.length / 2)));
    this.#check("write", name);
    const taken = cells.takeSpace(bytes.length);
    file.append(taken < bytes.length ? bytes.subarray(0, taken) : bytes);
    if (taken < bytes.length) throw this.#full(name);
  }

  #before(step: DiskStep, operation: DiskOperation, name: string): void {
    this.#parts.onStep(step, name);
    this.#check(operation, name);
  }

  #beforeSync(name: string): void {
    const { cells, random } = this.#parts;
    cells.waitForDevice(random);
    this.#check("sync", name);
  }

  #check(operation: DiskOperation, name: string): void {
    const { cells } = this.#parts;
    if (!cells.isFailing(operation)) return;
    cells.count(`disk.errors.${operation}`);
    const doing = operation === "write" ? "write to" : operation;
    throw new DiskError(
      `cannot ${doing} ${this.pathOf(name)}: the device fails, ${AS_ASKED} (EIO)`,
      "EIO",
    );
  }

  #full(name: string): DiskError {
    this.#parts.cells.count("disk.full");
    return new DiskError(
      `cannot write to ${this.pathOf(name)}: the disk is full, ${AS_ASKED} (ENOSPC)`,
      "ENOSPC",
    );
  }

  #sizeOf(name: string): number {
    return this.#parts.cells.isSpaceShort ? this.#disk.read(name).length : 0;
  }
}
