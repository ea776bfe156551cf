/// <reference lib="es2024.sharedmemory" />
// Node 20 has growable shared buffers; the lib that TypeScript pairs with it does not declare them.

import { assert } from "@kontiki/core";
import { copyToShared } from "./copy-to-shared.ts";
import { DiskError, type Disk, type DiskFile, type NewFile } from "./disk.ts";
import { SpareBuffers } from "./spare-buffers.ts";

/** A file in shared memory: a header of two counts, then its bytes. */
export type MemoryFile = { readonly name: string; readonly buffer: SharedArrayBuffer };

/** A change to the set of files. `created` replaces a file of that name. */
export type MemoryChange =
  | { readonly type: "created"; readonly file: MemoryFile }
  | { readonly type: "removed"; readonly name: string }
  | { readonly type: "renamed"; readonly name: string; readonly to: string };

/** Options of a memory disk. */
export type MemoryDiskOptions = {
  /** The files it starts with, from an earlier disk. Default none. */
  readonly files?: readonly MemoryFile[];
  /**
   * The maximum size of a file that is created and appended to, in bytes, up to 1 GiB; a file that is begun and
   * published may always grow to 1 GiB. Memory is allocated only as a file grows.
   */
  readonly maxFileBytes: number;
  /** Called with each change before the file is used, so that the owner knows all files after a crash. */
  readonly onChange?: (change: MemoryChange) => void;
};

const WRITTEN = 0;
const SYNCED = 1;
const HEADER_BYTES = 8;
const LEAST_BYTES = 4096;
const MOST_BYTES = 2 ** 30;

/**
 * A disk in shared memory, for clusters that keep nothing on disk. The bytes are outside the thread that writes them,
 * so they survive the end of the thread at any instruction, and are lost with the process.
 *
 * The counts of a file are stored after its bytes are written: a thread that is terminated while it writes leaves the
 * file as it was. A file that would exceed `maxFileBytes` counts as a full disk (ENOSPC).
 */
export class MemoryDisk implements Disk {
  readonly #buffers = new Map<string, SharedArrayBuffer>();
  readonly #spare = new SpareBuffers();
  readonly #maxFileBytes: number;
  readonly #onChange: (change: MemoryChange) => void;

  constructor(options: MemoryDiskOptions) {
    const { maxFileBytes } = options;
    assert(maxFileBytes > 0 && maxFileBytes <= MOST_BYTES, "a file is 1 byte to 1 GiB");
    this.#maxFileBytes = maxFileBytes;
    this.#onChange = options.onChange ?? (() => {});
    for (const file of options.files ?? []) this.#buffers.set(file.name, file.buffer);
  }

  /** All files, sorted by name: the next thread's disk starts with them. */
  files(): MemoryFile[] {
    return this.list().map((name) => ({ name, buffer: this.#bufferOf(name) }));
  }

  list(): string[] {
    return [...this.#buffers.keys()].sort();
  }

  read(name: string, spare?: Uint8Array): Uint8Array {
    const buffer = this.#bufferOf(name);
    const { written } = countsOf(buffer);
    const bytes = bytesOf(buffer).subarray(0, written);
    if (spare === undefined || spare.length < written) return new Uint8Array(bytes);
    spare.set(bytes);
    return spare.subarray(0, written);
  }

  readRange(name: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
    const buffer = this.#bufferOf(name);
    const end = Math.min(offset + length, countsOf(buffer).written);
    return new Uint8Array(bytesOf(buffer).subarray(offset, end));
  }

  create(name: string, content: Uint8Array): void {
    const buffer = this.#newBuffer(content.length, this.#maxFileBytes);
    new SharedFile(this.pathOf(name), buffer).append(content);
    this.#publish(name, buffer);
  }

  begin(temporary: string): NewFile {
    const buffer = this.#newBuffer(0, MOST_BYTES);
    const file = new SharedFile(this.pathOf(temporary), buffer);
    let isOver = false;
    return {
      append: (bytes) => file.append(bytes),
      publish: (name) => {
        isOver = true;
        file.sync();
        file.close();
        this.#publish(name, buffer);
      },
      abandon: () => {
        if (isOver) return;
        isOver = true;
        file.close();
        this.#spare.give(buffer);
      },
    };
  }

  open(name: string, end?: number): DiskFile {
    const buffer = this.#bufferOf(name);
    if (end !== undefined) setCounts(buffer, end, end);
    return new SharedFile(this.pathOf(name), buffer);
  }

  remove(name: string): void {
    const buffer = this.#bufferOf(name);
    // The owner must know that the file is gone before its bytes are overwritten.
    this.#onChange({ type: "removed", name });
    this.#buffers.delete(name);
    this.#spare.give(buffer);
  }

  rename(name: string, to: string): void {
    const buffer = this.#bufferOf(name);
    this.#onChange({ type: "renamed", name, to });
    this.#buffers.delete(name);
    this.#buffers.set(to, buffer);
  }

  /** Does nothing: only the caller of `begin` refers to an unpublished file. */
  tidy(): void {}

  pathOf(name: string): string {
    return `memory:${name}`;
  }

  #publish(name: string, buffer: SharedArrayBuffer): void {
    const { written } = countsOf(buffer);
    const replaced = this.#buffers.get(name);
    setCounts(buffer, written, written);
    this.#onChange({ type: "created", file: { name, buffer } });
    this.#buffers.set(name, buffer);
    if (replaced !== undefined) this.#spare.give(replaced);
  }

  /** An empty buffer for a file that begins with `length` bytes. */
  #newBuffer(length: number, maxFileBytes: number): SharedArrayBuffer {
    const spare = this.#spare.take(maxFileBytes + HEADER_BYTES);
    if (spare === undefined) return newBuffer(length, maxFileBytes);
    setCounts(spare, 0, 0);
    return spare;
  }

  #bufferOf(name: string): SharedArrayBuffer {
    const buffer = this.#buffers.get(name);
    if (buffer === undefined) throw new DiskError(`${this.pathOf(name)} does not exist`, "ENOENT");
    return buffer;
  }
}

/** The files after a change, for the owner that keeps them between two threads. */
export function withChange(files: readonly MemoryFile[], change: MemoryChange): MemoryFile[] {
  if (change.type === "renamed")
    return files.map((file) => (file.name === change.name ? { ...file, name: change.to } : file));
  const name = change.type === "created" ? change.file.name : change.name;
  const others = files.filter((file) => file.name !== name);
  return change.type === "created" ? [...others, change.file] : others;
}

/**
 * Simulates a power loss on files that no disk has open. For the unsynced end of a file (bytes appended, or bytes whose
 * truncation may not have reached the device), `kept(name, bytes)` returns how many bytes survive: 0 to `bytes`; a
 * number in between is a tear.
 */
export function losePower(
  files: readonly MemoryFile[],
  kept: (name: string, bytes: number) => number,
): void {
  for (const { name, buffer } of files) {
    const { written, synced } = countsOf(buffer);
    const sure = Math.min(written, synced);
    const inDoubt = Math.max(written, synced) - sure;
    const survives = inDoubt === 0 ? 0 : kept(name, inDoubt);
    assert(survives >= 0 && survives <= inDoubt, "no more bytes survive than were there");
    setCounts(buffer, sure + survives, sure + survives);
  }
}

class SharedFile implements DiskFile {
  readonly #path: string;
  readonly #buffer: SharedArrayBuffer;
  /** Views of it, made once: V8 makes those of a buffer that grows slowly, and each turn needs several. */
  readonly #cells: Int32Array;
  readonly #bytes: Uint8Array;
  /** The bytes that it is known to have room for. */
  #room: number;
  #closed = false;

  constructor(path: string, buffer: SharedArrayBuffer) {
    this.#path = path;
    this.#buffer = buffer;
    this.#cells = cellsOf(buffer);
    this.#bytes = bytesOf(buffer);
    this.#room = buffer.byteLength - HEADER_BYTES;
  }

  append(bytes: Uint8Array): void {
    const { written, synced } = this.#counts();
    assert(written >= synced, "a truncated file must be synced before it grows");
    this.#reserve(written + bytes.length);
    copyToShared(this.#bytes, written, bytes);
    store(this.#cells, written + bytes.length, synced);
  }

  /** Reserves nothing: memory gains nothing from it. */
  reserve(): void {}

  rewrite(offset: number, bytes: Uint8Array): void {
    assert(
      offset + bytes.length <= this.#counts().written,
      "only existing bytes are written again",
    );
    this.#bytes.set(bytes, offset);
  }

  /** A loss of power keeps it: which bytes of it are lost would have to be remembered. */
  overwrite(offset: number, bytes: Uint8Array): void {
    assert(offset + bytes.length <= this.#counts().written, "only existing bytes are overwritten");
    this.#bytes.set(bytes, offset);
  }

  sync(): void {
    const { written } = this.#counts();
    store(this.#cells, written, written);
  }

  truncate(length: number): void {
    const { written, synced } = this.#counts();
    assert(length <= written, "truncating a file does not lengthen it");
    // Synced bytes stay after the new end: a power loss may restore them until the next sync.
    store(this.#cells, length, synced);
  }

  close(): void {
    this.#closed = true;
  }

  #counts(): Counts {
    assert(!this.#closed, "a closed file is not used");
    return loaded(this.#cells);
  }

  #reserve(length: number): void {
    if (length <= this.#room) return;
    const { byteLength, maxByteLength } = this.#buffer;
    const needed = length + HEADER_BYTES;
    if (needed > maxByteLength) {
      const message = `cannot write to ${this.#path}: it may hold ${maxByteLength - HEADER_BYTES} B`;
      throw new DiskError(message, "ENOSPC");
    }
    if (needed > byteLength) this.#buffer.grow(Math.min(maxByteLength, needed + byteLength));
    this.#room = this.#buffer.byteLength - HEADER_BYTES;
  }
}

function newBuffer(length: number, maxFileBytes: number): SharedArrayBuffer {
  const maxByteLength = maxFileBytes + HEADER_BYTES;
  const byteLength = Math.min(maxByteLength, Math.max(LEAST_BYTES, length + HEADER_BYTES));
  return new SharedArrayBuffer(byteLength, { maxByteLength });
}

function bytesOf(buffer: SharedArrayBuffer): Uint8Array {
  return new Uint8Array(buffer, HEADER_BYTES);
}

/** The two counts at the start of a file. */
type Counts = { readonly written: number; readonly synced: number };

function cellsOf(buffer: SharedArrayBuffer): Int32Array {
  return new Int32Array(buffer, 0, 2);
}

function countsOf(buffer: SharedArrayBuffer): Counts {
  return loaded(cellsOf(buffer));
}

function setCounts(buffer: SharedArrayBuffer, written: number, synced: number): void {
  store(cellsOf(buffer), written, synced);
}

function loaded(cells: Int32Array): Counts {
  return { written: Atomics.load(cells, WRITTEN), synced: Atomics.load(cells, SYNCED) };
}

function store(cells: Int32Array, written: number, synced: number): void {
  Atomics.store(cells, WRITTEN, written);
  Atomics.store(cells, SYNCED, synced);
}
