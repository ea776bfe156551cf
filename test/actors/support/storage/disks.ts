/** Disks that fail where a test says. */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Disk, DiskFile, NewFile } from "../../../../packages/actors/src/storage/disk/disk.ts";
import { MemoryDisk } from "../../../../packages/actors/src/storage/disk/memory-disk.ts";
import type { SystemCalls } from "../../../../packages/actors/src/storage/disk/system-calls.ts";

/** A disk with these files. */
export function memoryDisk(files: Readonly<Record<string, Uint8Array>> = {}): MemoryDisk {
  const disk = new MemoryDisk({ maxFileBytes: 1024 * 1024 });
  for (const [name, bytes] of Object.entries(files)) disk.create(name, bytes);
  return disk;
}

/** A disk with these files, which fails a test that changes them. Quicker to make than others. */
export function frozenDisk(files: Readonly<Record<string, Uint8Array>>): Disk {
  const refuse = (): never => {
    throw new Error("this disk is only read");
  };
  const read = (name: string): Uint8Array => files[name] ?? refuse();
  return {
    list: () => Object.keys(files).sort(),
    read,
    readRange: (name, offset, length) =>
      Uint8Array.from(read(name).subarray(offset, offset + length)),
    pathOf: (name) => name,
    tidy: () => {},
    create: refuse,
    begin: refuse,
    open: refuse,
    remove: refuse,
    rename: refuse,
  };
}

export function filesOf(disk: Disk): Record<string, Uint8Array> {
  return Object.fromEntries(disk.list().map((name) => [name, disk.read(name)]));
}

/** The machine stopped here. */
export class PowerLoss extends Error {}

/** A disk whose machine loses power after `budget` operations that change it. */
export class CuttingDisk implements Disk {
  readonly #inner: Disk;
  #left: number;

  constructor(inner: Disk, budget: number) {
    this.#inner = inner;
    this.#left = budget;
  }

  list = (): string[] => this.#inner.list();
  read = (name: string): Uint8Array => this.#inner.read(name);
  readRange = (name: string, offset: number, length: number): Uint8Array<ArrayBuffer> =>
    this.#inner.readRange(name, offset, length);
  pathOf = (name: string): string => this.#inner.pathOf(name);
  create = (name: string, content: Uint8Array): void =>
    this.#spend(() => this.#inner.create(name, content));
  remove = (name: string): void => this.#spend(() => this.#inner.remove(name));
  rename = (name: string, to: string): void => this.#spend(() => this.#inner.rename(name, to));
  tidy = (): void => this.#inner.tidy();

  begin(temporary: string): NewFile {
    const file = this.#inner.begin(temporary);
    return {
      append: (bytes) => this.#spend(() => file.append(bytes)),
      publish: (name) => this.#spend(() => file.publish(name)),
      abandon: () => file.abandon(),
    };
  }

  open(name: string, end?: number): DiskFile {
    const file = this.#inner.open(name, end);
    return {
      append: (bytes) => this.#spend(() => file.append(bytes)),
      reserve: (length) => this.#spend(() => file.reserve(length)),
      rewrite: (offset, bytes) => this.#spend(() => file.rewrite(offset, bytes)),
      overwrite: (offset, bytes) => this.#spend(() => file.overwrite(offset, bytes)),
      sync: () => this.#spend(() => file.sync()),
      truncate: (length) => this.#spend(() => file.truncate(length)),
      close: () => file.close(),
    };
  }

  #spend(act: () => void): void {
    if (this.#left === 0) throw new PowerLoss();
    this.#left -= 1;
    act();
  }
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(join(tmpdir(), "kontiki-test-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What `node:fs` throws. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the test wants it`), { code });
}

/** `node:fs`, except that `before` hears of each call first, and may throw in its place. */
export function watchedCalls(
  before: (call: keyof SystemCalls, path: unknown) => void,
): SystemCalls {
  const watched = Object.entries(fs).map(([name, call]: [string, unknown]) => [
    name,
    (...given: unknown[]): unknown => {
      before(name as keyof SystemCalls, given[0]);
      return Reflect.apply(call as (...all: unknown[]) => unknown, undefined, given);
    },
  ]);
  return Object.fromEntries(watched) as SystemCalls;
}

/**
 * `node:fs` for a process that is killed at its call number `budget`. It syncs nothing: that is faster, and makes no
 * difference while the machine stays up.
 */
export function mortalCalls(budget: number): SystemCalls {
  let left = budget;
  const calls = watchedCalls(() => {
    if (left <= 0) throw new PowerLoss();
    left -= 1;
  });
  return { ...calls, fdatasyncSync: () => {}, fsyncSync: () => {} };
}
