import { assert } from "@kontiki/core";
import type { Disk, DiskFile, NewFile } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Kept } from "../scenario/fault.ts";
import type { DiskSettings } from "../scenario/scenario.ts";

/** What a disk is about to do, told before it does it. */
export type DiskStep =
  "create" | "begin" | "publish" | "remove" | "append" | "rewrite" | "sync" | "truncate" | "read";

/** What a disk is made of. */
export type DiskParts = {
  readonly chance: Chance;
  readonly settings: DiskSettings;
  /** Called before each operation; what it throws is what the operation throws. */
  readonly onStep: (step: DiskStep, file: string) => void;
};

type File = { bytes: Buffer; written: number; synced: number };

/** The disk of one node: it knows which bytes are durable, and how long all it was asked to do takes. */
export class SimDisk implements Disk {
  readonly #parts: DiskParts;
  readonly #files = new Map<string, File>();
  #delayMs = 0;

  constructor(parts: DiskParts) {
    this.#parts = parts;
  }

  /** How long what was asked of it since the last call takes, in ms; infinite while it is stalled. */
  takeDelayMs(): number {
    const delay = this.#delayMs;
    this.#delayMs = 0;
    return delay;
  }

  /** How long a sync that begins in this moment takes, in ms; infinite while it is stalled. */
  syncMs(): number {
    const [least, most] = this.#parts.settings.syncMs;
    return least + this.#parts.chance.next() * (most - least);
  }

  /** Loses what was not synced, but for what `kept` says. No file of it is open. */
  losePower(kept: Kept): void {
    for (const file of this.#files.values()) {
      const sure = Math.min(file.written, file.synced);
      const most = Math.max(file.written, file.synced);
      const length =
        sure +
        (kept === "nothing"
          ? 0
          : kept === "everything"
            ? most - sure
            : this.#parts.chance.between(0, most - sure));
      file.bytes = file.bytes.subarray(0, length);
      file.written = length;
      file.synced = length;
    }
  }

  list(): string[] {
    return [...this.#files.keys()].sort();
  }

  read(name: string): Uint8Array {
    this.#parts.onStep("read", name);
    const { bytes, written } = this.#file(name);
    return Uint8Array.from(bytes.subarray(0, written));
  }

  readRange(name: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.read(name).subarray(offset, offset + length));
  }

  pathOf(name: string): string {
    return `simulated:${name}`;
  }

  create(name: string, content: Uint8Array): void {
    this.#parts.onStep("create", name);
    const { length } = content;
    this.#files.set(name, { bytes: Buffer.from(content), written: length, synced: length });
  }

  begin(temporary: string): NewFile {
    this.#parts.onStep("begin", temporary);
    let bytes: Buffer = Buffer.alloc(0);
    return {
      append: (more) => {
        bytes = Buffer.concat([bytes, more]);
      },
      publish: (name) => {
        this.#parts.onStep("publish", name);
        const { length } = bytes;
        this.#files.set(name, { bytes, written: length, synced: length });
      },
      abandon: () => {},
    };
  }

  tidy(): void {}

  remove(name: string): void {
    this.#parts.onStep("remove", name);
    this.#files.delete(name);
  }

  open(name: string): DiskFile {
    const file = this.#file(name);
    return {
      append: (bytes) => {
        this.#parts.onStep("append", name);
        file.bytes = Buffer.concat([file.bytes.subarray(0, file.written), bytes]);
        file.written = file.bytes.length;
      },
      rewrite: (offset, bytes) => {
        this.#parts.onStep("rewrite", name);
        file.bytes.set(bytes, offset);
      },
      sync: () => {
        this.#parts.onStep("sync", name);
        file.synced = file.written;
      },
      truncate: (length) => {
        this.#parts.onStep("truncate", name);
        file.written = length;
      },
      close: () => {},
    };
  }

  #file(name: string): File {
    const file = this.#files.get(name);
    assert(file !== undefined, `${name} is there`);
    return file;
  }
}
