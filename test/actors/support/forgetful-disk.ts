import { assert } from "@kontiki/core";
import { sectorsOf } from "../../../packages/testing/src/simulation/unsynced.ts";
import type { Disk, DiskFile, NewFile } from "../../../packages/actors/src/storage/disk/disk.ts";

type File = {
  /** What was appended, and zeros that are reserved after it. */
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
  | "reserve"
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

  open(name: string, from?: number): DiskFile {
    const file = this.#file(name);
    let end = from ?? file.written;
    const rest = file.bytes.subarray(end, file.written);
    assert(rest.equals(Buffer.alloc(rest.length)), "appending continues where only zeros follow");
    return {
      append: (bytes) => {
        this.onOperation("append");
        assert(file.written >= file.synced, "a truncated file must be synced before it grows");
        const over = Math.min(bytes.length, file.written - end);
        for (const { from, to } of sectorsOf(end, end + over))
          file.overwritten.push({ offset: from, before: Buffer.alloc(to - from) });
        file.bytes.set(bytes.subarray(0, over), end);
        end += bytes.length;
        if (over === bytes.length) return;
        file.bytes = Buffer.concat([file.bytes.subarray(0, file.written), bytes.subarray(over)]);
        file.written = file.bytes.length;
      },
      reserve: (length) => {
        this.onOperation("reserve");
        const missing = Math.max(0, length - file.written);
        file.bytes = Buffer.concat([file.bytes.subarray(0, file.written), Buffer.alloc(missing)]);
        file.written = file.bytes.length;
      },
      rewrite: (offset, bytes) => {
        this.onOperation("rewrite");
        file.bytes.set(bytes, offset);
      },
      overwrite: (offset, bytes) => {
        this.onOperation("overwrite");
        for (const { from, to } of sectorsOf(offset, offset + bytes.length))
          file.overwritten.push({
            offset: from,
            before: Buffer.from(file.bytes.subarray(from, to)),
          });
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
        end = length;
      },
      close: () => {},
    };
  }

  /**
   * Loses what was not synced, except as many bytes as `kept` returns: bytes that made the file longer, or bytes whose
   * removal was not synced. Of what was overwritten, or written over reserved zeros, each sector stays or not.
   */
  losePower(kept: (bytes: number) => number): void {
    for (const file of this.#files.values()) {
      for (const { offset, before } of file.overwritten.toReversed())
        if (kept(1) === 0) file.bytes.set(before, offset);
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
