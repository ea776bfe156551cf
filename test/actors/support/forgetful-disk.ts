import { assert } from "@kontiki/core";
import type { Disk, DiskFile, NewFile } from "../../../packages/actors/src/storage/disk/disk.ts";

type File = {
  bytes: Buffer;
  /** The length of the file, and the length that certainly survives a power loss. */
  written: number;
  synced: number;
  /** What was at places that were overwritten and not synced since. */
  overwritten: { readonly offset: number; readonly before: Buffer }[];
};

/** An operation that changes a disk. */
export type Operation =
  | "create"
  | "publish"
  | "remove"
  | "rename"
  | "append"
  | "rewrite"
  | "overwrite"
  | "sync"
  | "truncate";

/**
 * A disk that forgets what was not synced, and that reports each operation before doing it, so that power can fail
 * right there. Much faster than files or shared memory.
 */
export class ForgetfulDisk implements Disk {
  /** Called before each operation; an error that it throws is thrown by the operation. */
  onOperation: (operation: Operation) => void = () => {};
  readonly #files = new Map<string, File>();
  readonly #syncs: boolean;

  /** @param syncs false for a disk whose fdatasync does nothing. */
  constructor(syncs = true) {
    this.#syncs = syncs;
  }

  list(): string[] {
    return [...this.#files.keys()].sort();
  }

  read(name: string): Uint8Array {
    const { bytes, written } = this.#file(name);
    return Uint8Array.from(bytes.subarray(0, written));
  }

  readRange(name: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.read(name).subarray(offset, offset + length));
  }

  pathOf(name: string): string {
    return `forgetful:${name}`;
  }

  create(name: string, content: Uint8Array): void {
    this.onOperation("create");
    const { length } = content;
    const bytes = Buffer.from(content);
    this.#files.set(name, { bytes, written: length, synced: length, overwritten: [] });
  }

  /** Until it is published, only the caller refers to it. */
  begin(): NewFile {
    let bytes: Buffer = Buffer.alloc(0);
    return {
      append: (more) => {
        this.onOperation("append");
        bytes = Buffer.concat([bytes, more]);
      },
      publish: (name) => {
        this.onOperation("publish");
        const { length } = bytes;
        this.#files.set(name, { bytes, written: length, synced: length, overwritten: [] });
      },
      abandon: () => {},
    };
  }

  tidy(): void {}

  remove(name: string): void {
    this.onOperation("remove");
    this.#files.delete(name);
  }

  rename(name: string, to: string): void {
    this.onOperation("rename");
    this.#files.set(to, this.#file(name));
    this.#files.delete(name);
  }

  open(name: string): DiskFile {
    const file = this.#file(name);
    return {
      append: (bytes) => {
        this.onOperation("append");
        assert(file.written >= file.synced, "a truncated file must be synced before it grows");
        file.bytes = Buffer.concat([file.bytes.subarray(0, file.written), bytes]);
        file.written = file.bytes.length;
      },
      rewrite: (offset, bytes) => {
        this.onOperation("rewrite");
        file.bytes.set(bytes, offset);
      },
      overwrite: (offset, bytes) => {
        this.onOperation("overwrite");
        const before = Buffer.from(file.bytes.subarray(offset, offset + bytes.length));
        file.overwritten.push({ offset, before });
        file.bytes.set(bytes, offset);
      },
      sync: () => {
        this.onOperation("sync");
        if (!this.#syncs) return;
        file.synced = file.written;
        file.overwritten = [];
      },
      truncate: (length) => {
        this.onOperation("truncate");
        file.written = length;
      },
      close: () => {},
    };
  }

  /**
   * Loses what was not synced, except as many bytes as `kept` returns: appended bytes, or bytes whose removal was not
   * synced. Of what was overwritten, as many of the first writes stay.
   */
  losePower(kept: (bytes: number) => number): void {
    for (const file of this.#files.values()) {
      const { overwritten } = file;
      const first = overwritten.length === 0 ? 0 : kept(overwritten.length);
      for (const { offset, before } of overwritten.slice(first).reverse())
        file.bytes.set(before, offset);
      file.overwritten = [];
      const sure = Math.min(file.written, file.synced);
      const inDoubt = Math.max(file.written, file.synced) - sure;
      const length = sure + (inDoubt === 0 ? 0 : kept(inDoubt));
      file.bytes = file.bytes.subarray(0, length);
      file.written = length;
      file.synced = length;
    }
  }

  #file(name: string): File {
    const file = this.#files.get(name);
    assert(file !== undefined, `${name} does not exist`);
    return file;
  }
}
