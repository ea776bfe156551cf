import { AssertionError } from "@kontiki/core";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DiskError } from "../../../../packages/actors/src/storage/disk/disk.ts";
import { FileDisk } from "../../../../packages/actors/src/storage/disk/file-disk.ts";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import type { SystemCalls } from "../../../../packages/actors/src/storage/disk/system-calls.ts";
import {
  filesOf,
  mortalCalls,
  PowerLoss,
  systemError,
  temporaryFolder,
  watchedCalls,
} from "../../support/storage/disks.ts";
import { append, contentsAfter, hardState, noop } from "../../support/storage/model.ts";
import { contentOf, contentOn, write, writeAll } from "../../support/storage/writing.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** A disk in a new folder on which each call can be made to fail. */
function failingDisk(): { folder: string; disk: FileDisk; fail: Map<keyof SystemCalls, string> } {
  const fail = new Map<keyof SystemCalls, string>();
  const calls = watchedCalls((call) => {
    const code = fail.get(call);
    if (code !== undefined) throw systemError(code);
  });
  const folder = temporaryFolder();
  return { folder, disk: new FileDisk(folder, calls), fail };
}

/** A system that writes only as many bytes per call as `bytesOf` says. */
function partialWrites(bytesOf: (length: number) => number): SystemCalls {
  const calls = mortalCalls(Infinity);
  const writeSync = (fd: number, all: Uint8Array, at: number, length: number, to: number): number =>
    calls.writeSync(fd, all, at, bytesOf(length), to);
  return { ...calls, writeSync: writeSync as SystemCalls["writeSync"] };
}

function text(disk: FileDisk, name: string): string {
  return Buffer.from(disk.read(name)).toString();
}

describe("files", () => {
  test("are created, replaced, listed, read and removed", () => {
    const disk = new FileDisk(temporaryFolder());
    disk.create("b", bytes("1"));
    disk.create("a", bytes("2"));
    disk.create("b", bytes("3"));
    expect(disk.list()).toEqual(["a", "b"]);
    expect(text(disk, "b")).toBe("3");
    disk.remove("b");
    expect(disk.list()).toEqual(["a"]);
  });

  test("are read into memory that is spare, if they fit", () => {
    const disk = new FileDisk(temporaryFolder());
    disk.create("a", bytes("short"));
    disk.create("b", bytes("not so short"));
    // Most of what its buffer holds belongs to others.
    const buffer = bytes("0123456789abcdef");
    const spare = buffer.subarray(2, 10);
    expect(Buffer.from(disk.read("a", spare)).toString()).toBe("short");
    expect(Buffer.from(disk.read("b", spare)).toString()).toBe("not so short");
    expect(Buffer.from(buffer).toString()).toBe("01short789abcdef");
  });

  test("are appended to, truncated, and rewritten in place", () => {
    const disk = new FileDisk(temporaryFolder());
    disk.create("a", bytes("one"));
    const file = disk.open("a");
    file.append(bytes(" two"));
    file.append(bytes(" three"));
    file.sync();
    file.truncate(7);
    expect(() => file.append(bytes("x"))).toThrow(AssertionError);
    file.rewrite(3, bytes(" two"));
    file.sync();
    file.append(bytes("!"));
    file.close();
    expect(text(disk, "a")).toBe("one two!");
  });

  test("have zeros where space is reserved, over which they are appended to", () => {
    const disk = new FileDisk(temporaryFolder());
    disk.create("a", bytes("one"));
    const file = disk.open("a");
    file.reserve(2);
    file.reserve(10);
    file.append(bytes(" two"));
    file.sync();
    expect(text(disk, "a")).toBe("one two\0\0\0");
    file.close();
    const again = disk.open("a", 7);
    again.append(bytes(" three"));
    expect(text(disk, "a")).toBe("one two three");
    again.reserve(200_000);
    expect(disk.read("a").length).toBe(200_000);
    again.append(bytes("!"));
    again.truncate(14);
    expect(() => again.reserve(20)).toThrow(AssertionError);
    again.sync();
    again.append(bytes("!"));
    again.close();
    expect(text(disk, "a")).toBe("one two three!!");
  });

  test("are not reserved on a full disk, and fail on a bad one", () => {
    for (const code of ["ENOSPC", "EDQUOT", "EIO"] as const) {
      const { disk, fail } = failingDisk();
      disk.create("a", bytes("one"));
      const file = disk.open("a");
      fail.set("writeSync", code);
      if (code === "EIO") expect(() => file.reserve(10)).toThrow(DiskError);
      else file.reserve(10);
      fail.clear();
      if (code === "EIO") expect(() => file.append(bytes("!"))).toThrow(AssertionError);
      else file.append(bytes("!"));
      file.close();
      expect(text(disk, "a")).toBe(code === "EIO" ? "one" : "one!");
    }
  });

  test("are read in part", () => {
    const disk = new FileDisk(temporaryFolder());
    disk.create("a", bytes("one two three"));
    const range = (offset: number, length: number): string =>
      Buffer.from(disk.readRange("a", offset, length)).toString();
    expect([range(0, 3), range(4, 3), range(8, 100), range(13, 5), range(99, 5)]).toEqual([
      "one",
      "two",
      "three",
      "",
      "",
    ]);
  });

  test("are read completely when a system call reads less than it could", () => {
    const folder = temporaryFolder();
    const calls = mortalCalls(Infinity);
    const readSync = (fd: number, to: Uint8Array, at: number, _all: number, from: number): number =>
      calls.readSync(fd, to, at, 1, from);
    const disk = new FileDisk(folder, { ...calls, readSync: readSync as SystemCalls["readSync"] });
    disk.create("a", bytes("one two"));
    expect(Buffer.from(disk.readRange("a", 4, 100)).toString()).toBe("two");
  });

  test("are visible when they are published, and not before", () => {
    const folder = temporaryFolder();
    const disk = new FileDisk(folder);
    disk.create("a", bytes("old"));
    const file = disk.begin("temporary");
    file.append(bytes("one"));
    file.append(bytes(" two"));
    expect([disk.list(), text(disk, "a")]).toEqual([["a"], "old"]);
    file.publish("a");
    file.abandon();
    expect([readdirSync(folder), text(disk, "a")]).toEqual([["a"], "one two"]);
    expect(() => file.append(bytes("x"))).toThrow(AssertionError);
  });

  test("are gone when they are abandoned, or another one is begun under their name", () => {
    const folder = temporaryFolder();
    const disk = new FileDisk(folder);
    const first = disk.begin("temporary");
    const second = disk.begin("temporary");
    expect(() => first.append(bytes("x"))).toThrow(AssertionError);
    first.abandon();
    second.append(bytes("one"));
    second.abandon();
    second.abandon();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("are durable with their name when they are published", () => {
    const seen: string[] = [];
    const disk = new FileDisk(
      temporaryFolder(),
      watchedCalls((call) => seen.push(call)),
    );
    const file = disk.begin("temporary");
    file.append(bytes("x"));
    file.publish("a");
    const folder = process.platform === "win32" ? [] : ["openSync", "fsyncSync", "closeSync"];
    expect(seen).toEqual(
      ["openSync", "writeSync", "fsyncSync", "closeSync", "renameSync"].concat(folder),
    );
  });

  test("are deleted if they were never finished, also those of an earlier process", () => {
    const folder = temporaryFolder();
    const earlier = new FileDisk(folder);
    earlier.create("a", bytes("one"));
    earlier.begin("first");
    const disk = new FileDisk(folder);
    disk.begin("second");
    expect(readdirSync(folder)).toEqual(["a", "first.tmp", "second.tmp"]);
    disk.tidy();
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test("are created completely or not at all, whenever the process dies", () => {
    const seen = new Set<string>();
    for (let budget = 0; budget < 20; budget += 1) {
      const folder = temporaryFolder();
      const disk = new FileDisk(folder, mortalCalls(Infinity));
      disk.create("a", bytes("old"));
      try {
        new FileDisk(folder, mortalCalls(budget)).create("a", bytes("new"));
      } catch (cause) {
        expect(cause).toBeInstanceOf(PowerLoss);
      }
      seen.add(text(disk, "a"));
      expect(disk.list()).toEqual(["a"]);
      disk.create("a", bytes("next"));
      expect(readdirSync(folder)).toEqual(["a"]);
    }
    expect(seen).toEqual(new Set(["old", "new"]));
  });

  test("are durable with their name when they are created", () => {
    const seen: string[] = [];
    new FileDisk(
      temporaryFolder(),
      watchedCalls((call) => seen.push(call)),
    ).create("a", bytes("x"));
    const folder = process.platform === "win32" ? [] : ["openSync", "fsyncSync", "closeSync"];
    expect(seen).toEqual(
      ["openSync", "writeSync", "fsyncSync", "closeSync", "renameSync"].concat(folder),
    );
  });

  test("a write that the system does in parts is completed", () => {
    const calls = partialWrites(() => 1);
    const disk = new FileDisk(temporaryFolder(), calls);
    disk.create("a", bytes("one"));
    const file = disk.open("a");
    file.append(bytes(" two"));
    file.close();
    expect(text(disk, "a")).toBe("one two");
  });
});

describe("an error names the path and what to do", () => {
  test.each([
    ["writeSync", "ENOSPC", "write to", "the disk is full (ENOSPC); free some space"],
    ["writeSync", "EDQUOT", "write to", "the disk is full (EDQUOT); free some space"],
    [
      "fdatasyncSync",
      "EIO",
      "sync",
      "the device reports an I/O error (EIO); check the disk before you continue",
    ],
    [
      "ftruncateSync",
      "EROFS",
      "cut",
      "the file system is read-only (EROFS); mount it writable or use another folder",
    ],
    ["closeSync", "EWEIRD", "close", "the operating system reports EWEIRD"],
  ] as const)("%s fails with %s", (call, code, doing, advice) => {
    const { folder, disk, fail } = failingDisk();
    disk.create("a", bytes("one"));
    const file = disk.open("a");
    const act = { "write to": () => file.append(bytes("x")), sync: () => file.sync() };
    const more = { cut: () => file.truncate(0), close: () => file.close() };
    fail.set(call, code);
    expect({ ...act, ...more }[doing]).toThrow(
      new DiskError(`cannot ${doing} ${join(folder, "a")}: ${advice}`, code),
    );
  });

  test.each([
    [
      "openSync",
      "EACCES",
      "permission is denied (EACCES); give this user the right to write there",
    ],
    [
      "openSync",
      "EMFILE",
      "too many files are open (EMFILE); raise the limit (ulimit -n) and start again",
    ],
    ["renameSync", "ENOSPC", "the disk is full (ENOSPC); free some space"],
    [
      "fsyncSync",
      "EIO",
      "the device reports an I/O error (EIO); check the disk before you continue",
    ],
  ] as const)("%s fails with %s when a file is created", (call, code, advice) => {
    const { folder, disk, fail } = failingDisk();
    fail.set(call, code);
    expect(() => disk.create("a", bytes("x"))).toThrow(
      new DiskError(`cannot create ${join(folder, "a")}: ${advice}`, code),
    );
    fail.clear();
    expect(disk.list()).toEqual([]);
  });

  test.each([
    ["openSync", "FileSystemWrite", "forbids it; start node with --allow-fs-read and"],
    ["fsyncSync", "", "Node syncs no file under its permission model; keep the logs in memory,"],
  ] as const)("%s is forbidden by Node", (forbidden, permission, advice) => {
    const code = "ERR_ACCESS_DENIED";
    const calls = watchedCalls((call) => {
      if (call === forbidden) throw Object.assign(systemError(code), { permission });
    });
    expect(() => new FileDisk(temporaryFolder(), calls).create("a", bytes("x"))).toThrow(advice);
  });

  test("a file that does not exist", () => {
    const folder = temporaryFolder();
    const advice = "it does not exist (ENOENT); a part of the path is missing";
    for (const [doing, act] of Object.entries({
      read: () => new FileDisk(folder).read("a"),
      open: () => new FileDisk(folder).open("a"),
      remove: () => new FileDisk(folder).remove("a"),
    })) {
      expect(act).toThrow(
        new DiskError(`cannot ${doing} ${join(folder, "a")}: ${advice}`, "ENOENT"),
      );
    }
  });
});

test("a file whose publishing failed does not exist, and is not published again", () => {
  for (const call of ["writeSync", "fsyncSync", "renameSync"] as const) {
    const { disk, fail, folder } = failingDisk();
    const file = disk.begin("temporary");
    const act = (): void => {
      file.append(bytes("x"));
      file.publish("a");
    };
    fail.set(call, "EIO");
    expect(act).toThrow(DiskError);
    fail.clear();
    expect(act).toThrow(AssertionError);
    expect(disk.list()).toEqual([]);
    fail.set("unlinkSync", "EIO");
    file.abandon();
    fail.clear();
    disk.tidy();
    expect(readdirSync(folder)).toEqual([]);
  }
});

test("a file whose sync failed is never synced or written again", () => {
  const { disk, fail } = failingDisk();
  disk.create("a", bytes("one"));
  const file = disk.open("a");
  file.append(bytes(" two"));
  fail.set("fdatasyncSync", "EIO");
  expect(() => file.sync()).toThrow(DiskError);
  fail.clear();
  expect(() => file.sync()).toThrow(new AssertionError("a file is not used after it failed"));
  expect(() => file.append(bytes("x"))).toThrow(AssertionError);
  file.close();
  file.close();
});

describe("a log on a disk that fails", () => {
  const batches = [[hardState(1, "n1"), append(noop(1, 1))], [append(noop(2, 1))]];
  const contents = contentsAfter(batches);

  test.each([
    ["the write", "writeSync", "ENOSPC", contents[1]],
    ["the sync", "fdatasyncSync", "EIO", contents[2]],
  ] as const)("rejects all use after %s failed", (_title, call, code, expected) => {
    const { disk, fail } = failingDisk();
    createWal(disk);
    const opened = openStorage(disk);
    const { storage } = opened;
    writeAll(opened, batches.slice(0, 1));
    fail.set(call, code);
    expect(() => writeAll(opened, batches.slice(1))).toThrow(DiskError);
    fail.clear();
    expect(() => write(opened, [append(noop(3, 1))])).toThrow(AssertionError);
    expect(() => storage.flush()).toThrow(AssertionError);
    expect(() => storage.sync()).toThrow(AssertionError);
    storage.close();
    expect(contentOn(disk)).toEqual(expected);
  });

  test("writes the last batch again, which a failed sync may have left only in the cache", () => {
    const { disk, fail, folder } = failingDisk();
    createWal(disk);
    const storage = openStorage(disk);
    writeAll(storage, batches);
    storage.storage.close();
    const before = filesOf(disk);
    const written: unknown[] = [];
    const calls = watchedCalls((call) => written.push(call));
    openStorage(new FileDisk(folder, calls));
    // After them come the two copies of the promise file.
    expect(written.filter((call) => /^(write|fdatasync)/.test(String(call)))).toEqual([
      "writeSync",
      "fdatasyncSync",
      "writeSync",
      "writeSync",
    ]);
    expect(filesOf(disk)).toEqual(before);
    fail.set("fdatasyncSync", "EIO");
    expect(() => openStorage(disk)).toThrow(DiskError);
  });

  test("a partly written batch is cut off", () => {
    const { disk, folder } = failingDisk();
    createWal(disk);
    writeAll(openStorage(disk), batches.slice(0, 1));
    let writes = 0;
    const half = partialWrites((length) => {
      writes += 1;
      // The first call rewrites the last batch, two write the promise file, one a part, and then the disk is full.
      if (writes > 4) throw systemError("ENOSPC");
      return writes < 4 ? length : 10;
    });
    const failing = openStorage(new FileDisk(folder, half));
    expect(() => writeAll(failing, batches.slice(1))).toThrow(DiskError);
    const opened = openStorage(disk);
    expect({ ...contentOf(opened), torn: opened.recovered.tornBytes }).toEqual({
      ...contents[1],
      // Of 10 bytes that were written, the last one is zero, like the space after them.
      torn: 9,
    });
  });
});
