import { existsSync, linkSync } from "node:fs";
import { readAll, SYSTEM_CALLS, type SystemCalls } from "../storage/disk/system-calls.ts";
import type { Unsynced, UnsyncedFile, UnsyncedName, UnsyncedRecord } from "./unsynced-record.ts";

/** Files with this ending do not exist yet: see `FileDisk`. */
const UNFINISHED = ".tmp";

/** The ending of a second name of a file that is about to lose its name. `FileDisk.tidy` removes what is left of them. */
const KEPT = `.undone${UNFINISHED}`;

/** The unit that a device writes completely or not at all. */
const SECTOR_BYTES = 512;

type Opened = { readonly path: string; length: number };

/** The system calls of a disk in this directory, which keep a record of what is not synced. */
export function recordingCalls(
  record: UnsyncedRecord,
  directory: string,
  system: SystemCalls = SYSTEM_CALLS,
): SystemCalls {
  const recorder = new Recorder(record, directory);
  const { closeSync, openSync, fdatasyncSync, fsyncSync, ftruncateSync } = system;
  const { renameSync, unlinkSync, writeSync } = system;
  const calls = {
    ...system,
    openSync: (path: string, flags: string) => {
      const fd = openSync(path, flags);
      recorder.opened(fd, path, flags);
      return fd;
    },
    closeSync: (fd: number) => {
      recorder.closed(fd);
      closeSync(fd);
    },
    writeSync: (fd: number, bytes: Uint8Array, from: number, length: number, at: number) => {
      recorder.beforeWrite(fd, at, length);
      const written = writeSync(fd, bytes, from, length, at);
      recorder.written(fd, at + written);
      return written;
    },
    ftruncateSync: (fd: number, length: number) => {
      recorder.beforeCut(fd, length);
      ftruncateSync(fd, length);
    },
    fdatasyncSync: (fd: number) => {
      fdatasyncSync(fd);
      recorder.synced(fd);
    },
    fsyncSync: (fd: number) => {
      fsyncSync(fd);
      recorder.synced(fd);
    },
    renameSync: (from: string, to: string) => {
      recorder.beforeRename(from, to);
      renameSync(from, to);
    },
    unlinkSync: (path: string) => {
      recorder.beforeRemoval(path);
      unlinkSync(path);
    },
  };
  return calls as unknown as SystemCalls;
}

/** Each change is recorded before it is made, and that it is durable after it is. */
class Recorder {
  readonly #record: UnsyncedRecord;
  readonly #directory: string;
  readonly #opened = new Map<number, Opened>();
  readonly #files: Map<string, UnsyncedFile>;
  #names: readonly UnsyncedName[];

  /** Starts with what an earlier thread has left unsynced. */
  constructor(record: UnsyncedRecord, directory: string) {
    this.#record = record;
    this.#directory = directory;
    const before = record.read();
    this.#files = new Map(Object.entries(before.files));
    this.#names = before.names;
  }

  /** A file that is only read does not change, and one that has no name yet is lost as a whole. */
  opened(fd: number, path: string, flags: string): void {
    if (path === this.#directory) this.#opened.set(fd, { path, length: 0 });
    else if (flags === "r+")
      this.#opened.set(fd, { path, length: SYSTEM_CALLS.fstatSync(fd).size });
  }

  closed(fd: number): void {
    this.#opened.delete(fd);
  }

  beforeWrite(fd: number, at: number, length: number): void {
    const file = this.#opened.get(fd);
    if (file === undefined) return;
    const known = this.#files.get(file.path);
    const synced = known?.synced ?? file.length;
    const sectors = this.#newSectors(fd, at, Math.min(at + length, synced), known);
    const isAppend = at + length > file.length;
    if (sectors.length === 0 && (known !== undefined || !isAppend)) return;
    const all = [...(known?.sectors ?? []), ...sectors];
    this.#set(file.path, { synced, sectors: all, cut: known?.cut });
  }

  written(fd: number, end: number): void {
    const file = this.#opened.get(fd);
    if (file !== undefined) file.length = Math.max(file.length, end);
  }

  beforeCut(fd: number, length: number): void {
    const file = this.#opened.get(fd);
    if (file === undefined) return;
    const known = this.#files.get(file.path);
    const synced = known?.synced ?? file.length;
    file.length = length;
    if (length >= synced) return;
    const cut = readAll(SYSTEM_CALLS, fd, length, synced - length);
    const sectors = (known?.sectors ?? []).filter(([at]) => at < length);
    this.#set(file.path, { synced: length, sectors, cut: base64(cut) });
  }

  synced(fd: number): void {
    const path = this.#opened.get(fd)?.path;
    if (path === undefined) return;
    if (path === this.#directory) return this.#namesSynced();
    if (this.#files.delete(path)) this.#write();
  }

  beforeRename(from: string, to: string): void {
    const replaced = existsSync(to) ? secondName(to) : undefined;
    const file = this.#files.get(from);
    this.#files.delete(from);
    if (file !== undefined) this.#files.set(to, file);
    this.#addName({ type: "renamed", from, to, replaced });
  }

  beforeRemoval(path: string): void {
    if (path.endsWith(UNFINISHED)) return;
    this.#files.delete(path);
    this.#addName({ type: "removed", path, kept: secondName(path) });
  }

  #addName(name: UnsyncedName): void {
    this.#names = [...this.#names, name];
    this.#write();
  }

  #namesSynced(): void {
    if (this.#names.length === 0) return;
    const done = this.#names;
    this.#names = [];
    this.#write();
    for (const name of done) {
      const kept = name.type === "renamed" ? name.replaced : name.kept;
      if (kept !== undefined && existsSync(kept)) SYSTEM_CALLS.unlinkSync(kept);
    }
  }

  /** What is on the device in the sectors of this range that were not written over since the last sync. */
  #newSectors(
    fd: number,
    from: number,
    to: number,
    known: UnsyncedFile | undefined,
  ): UnsyncedFile["sectors"] {
    const found: (readonly [number, string])[] = [];
    for (let at = from - (from % SECTOR_BYTES); at < to; at += SECTOR_BYTES) {
      if (known?.sectors.some(([sector]) => sector === at) === true) continue;
      found.push([at, base64(readAll(SYSTEM_CALLS, fd, at, Math.min(SECTOR_BYTES, to - at)))]);
    }
    return found;
  }

  /** What there is no room for counts as durable, which is always possible. */
  #set(path: string, file: UnsyncedFile): void {
    const before = this.#files.get(path);
    this.#files.set(path, file);
    if (this.#write()) return;
    this.#files.delete(path);
    if (before !== undefined) this.#files.set(path, before);
    this.#write();
  }

  #write(): boolean {
    const unsynced: Unsynced = { files: Object.fromEntries(this.#files), names: this.#names };
    return this.#record.write(unsynced);
  }
}

/** Gives a file a second name, so that its name can be given back. */
function secondName(path: string): string {
  const kept = path + KEPT;
  if (existsSync(kept)) SYSTEM_CALLS.unlinkSync(kept);
  linkSync(path, kept);
  return kept;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
