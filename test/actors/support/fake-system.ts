import { basename } from "node:path";
import type { SystemCalls } from "../../../packages/actors/src/storage/disk/system-calls.ts";
import { systemError } from "./storage/disks.ts";

/** A file: the contents of the cache, the contents of the device, and which bytes of the cache are not written yet. */
type Inode = { cache: Buffer; device: Buffer; dirty: [from: number, to: number][] };

type Descriptor = { readonly inode: Inode | "directory"; failed: boolean };

/**
 * An operating system with one directory, a page cache and a device. A call can be made to fail once.
 *
 * It fails as Linux does: a failed fsync gives up the pages that it could not write, and marks them clean. They can
 * still be read, and the next fsync reports success; only a power loss shows that they are not on the device.
 */
export class FakeSystem {
  /** How many calls were made. */
  count = 0;
  /** The call that fails, and its code. */
  failing: { readonly at: number; readonly code: string } | undefined;
  /** The name of the call that failed. */
  failed: string | undefined;
  #names = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  readonly #open = new Map<number, Descriptor>();
  #nextFd = 3;

  /** Descriptors that are open. */
  get open(): number {
    return this.#open.size;
  }

  /** Loses everything that is not on the device, and all descriptors. */
  losePower(): void {
    this.#open.clear();
    this.#names = new Map(this.#durable);
    for (const inode of this.#names.values()) {
      inode.cache = Buffer.from(inode.device);
      inode.dirty = [];
    }
  }

  readonly calls: SystemCalls = this.#watched({
    openSync: (path: string, flags: string): number => {
      const name = basename(path);
      let inode: Inode | "directory" | undefined = this.#names.get(name);
      if (flags === "w") {
        inode = { cache: Buffer.alloc(0), device: Buffer.alloc(0), dirty: [] };
        this.#names.set(name, inode);
      } else if (name === "disk") inode = "directory";
      if (inode === undefined) throw systemError("ENOENT");
      this.#nextFd += 1;
      this.#open.set(this.#nextFd, { inode, failed: false });
      return this.#nextFd;
    },
    closeSync: (fd: number): void => {
      this.#open.delete(fd);
    },
    fstatSync: (fd: number) => ({ size: this.#file(fd).cache.length }),
    readSync: (fd: number, to: Uint8Array, at: number, length: number, from: number): number => {
      const bytes = this.#file(fd).cache.subarray(from, from + length);
      to.set(bytes, at);
      return bytes.length;
    },
    writeSync: (fd: number, of: Uint8Array, at: number, length: number, to: number): number => {
      const inode = this.#file(fd);
      const cache = Buffer.alloc(Math.max(inode.cache.length, to + length));
      inode.cache.copy(cache);
      cache.set(of.subarray(at, at + length), to);
      inode.cache = cache;
      inode.dirty.push([to, to + length]);
      return length;
    },
    ftruncateSync: (fd: number, length: number): void => {
      const inode = this.#file(fd);
      inode.cache = Buffer.from(inode.cache.subarray(0, length));
    },
    fsyncSync: (fd: number): void => this.#sync(fd),
    fdatasyncSync: (fd: number): void => this.#sync(fd),
    readFileSync: (path: string) => Buffer.from(this.#named(path).cache),
    readdirSync: () => [...this.#names.keys()].map((name) => ({ name, isFile: () => true })),
    renameSync: (from: string, to: string): void => {
      this.#names.set(basename(to), this.#named(from));
      this.#names.delete(basename(from));
    },
    unlinkSync: (path: string): void => {
      this.#named(path);
      this.#names.delete(basename(path));
    },
  });

  #sync(fd: number): void {
    const inode = this.#descriptor(fd).inode;
    if (inode === "directory") {
      this.#durable = new Map(this.#names);
      return;
    }
    const device = Buffer.alloc(inode.cache.length);
    inode.device.copy(device);
    for (const [from, to] of inode.dirty) inode.cache.copy(device, from, from, to);
    inode.device = device;
    inode.dirty = [];
  }

  /** The effect of a call that fails. */
  #fail(call: string, fd: unknown): void {
    if (call === "closeSync") this.#open.delete(fd as number);
    if (call !== "fsyncSync" && call !== "fdatasyncSync") return;
    const descriptor = this.#descriptor(fd as number);
    descriptor.failed = true;
    if (descriptor.inode !== "directory") descriptor.inode.dirty = [];
  }

  #watched(calls: Record<string, (...given: never[]) => unknown>): SystemCalls {
    const watched = Object.entries(calls).map(([name, call]) => [
      name,
      (...given: unknown[]): unknown => {
        this.count += 1;
        if (name.startsWith("f") && name.endsWith("syncSync"))
          if (this.#descriptor(given[0] as number).failed)
            throw new Error("a descriptor whose sync failed is synced again");
        if (this.count === this.failing?.at) {
          this.failed = name;
          this.#fail(name, given[0]);
          throw systemError(this.failing.code);
        }
        return Reflect.apply(call, undefined, given);
      },
    ]);
    return Object.fromEntries(watched) as SystemCalls;
  }

  #descriptor(fd: number): Descriptor {
    const found = this.#open.get(fd);
    if (found === undefined) throw new Error("a closed descriptor is used");
    return found;
  }

  #file(fd: number): Inode {
    const { inode } = this.#descriptor(fd);
    if (inode === "directory") throw systemError("EISDIR");
    return inode;
  }

  #named(path: string): Inode {
    const inode = this.#names.get(basename(path));
    if (inode === undefined) throw systemError("ENOENT");
    return inode;
  }
}
