import { AssertionError } from "@kontiki/core";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { DiskError } from "../../../../packages/actors/src/storage/disk/disk.ts";
import {
  losePower,
  MemoryDisk,
  withChange,
  type MemoryFile,
} from "../../../../packages/actors/src/storage/disk/memory-disk.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** The contents of files as the next thread's disk finds them. */
function found(files: readonly MemoryFile[]): Record<string, string> {
  const disk = new MemoryDisk({ files, maxFileBytes: 100 });
  return Object.fromEntries(
    disk.list().map((name) => [name, Buffer.from(disk.read(name)).toString()]),
  );
}

test("the owner of the files always knows all of them", () => {
  let owned: MemoryFile[] = [];
  const seen: Record<string, string>[] = [];
  const disk = new MemoryDisk({
    maxFileBytes: 100,
    onChange: (change) => {
      owned = withChange(owned, change);
      seen.push(found(owned));
    },
  });
  disk.create("b", bytes("one"));
  disk.create("a", bytes("two"));
  disk.create("b", bytes("three"));
  disk.open("b").append(bytes(" more"));
  expect(found(owned)).toEqual({ a: "two", b: "three more" });
  disk.remove("b");
  expect(seen).toEqual([
    { b: "one" },
    { a: "two", b: "one" },
    { a: "two", b: "three" },
    { a: "two" },
  ]);
  expect(disk.files()).toEqual(owned);
});

test("a file that was begun is visible when it is published, and its owner hears of it then", () => {
  const seen: string[] = [];
  const disk = new MemoryDisk({ maxFileBytes: 5, onChange: ({ type }) => seen.push(type) });
  const abandoned = disk.begin("temporary");
  abandoned.append(bytes("x"));
  abandoned.abandon();
  const file = disk.begin("temporary");
  file.append(bytes("longer than "));
  file.append(bytes("the bound of the others"));
  disk.tidy();
  expect([disk.list(), seen]).toEqual([[], []]);
  file.publish("a");
  file.abandon();
  expect(seen).toEqual(["created"]);
  losePower(disk.files(), () => 0);
  const range = (offset: number, length: number): string =>
    Buffer.from(disk.readRange("a", offset, length)).toString();
  expect([range(0, 6), range(12, 9), range(28, 99), range(99, 1)]).toEqual([
    "longer",
    "the bound",
    " others",
    "",
  ]);
});

test("a disk has no more buffers than it had files at one time, however many were written", () => {
  const buffers = new Set<SharedArrayBuffer>();
  const disk = new MemoryDisk({
    maxFileBytes: 100,
    onChange: (change) => {
      if (change.type === "created") buffers.add(change.file.buffer);
    },
  });
  for (let round = 0; round < 50; round += 1) {
    disk.create(`${round}.log`, bytes(`log ${round}`));
    disk.create("probe", bytes("probe"));
    disk.create("probe", bytes("probe again"));
    disk.remove("probe");
    const abandoned = disk.begin("received");
    abandoned.append(bytes("half"));
    const file = disk.begin("written");
    file.append(bytes(`state ${round}`));
    abandoned.abandon();
    abandoned.abandon();
    file.publish(`${round}.snapshot`);
    file.abandon();
    if (round < 2) continue;
    disk.remove(`${round - 2}.log`);
    disk.remove(`${round - 2}.snapshot`);
    expect(found(disk.files())).toEqual({
      [`${round - 1}.log`]: `log ${round - 1}`,
      [`${round - 1}.snapshot`]: `state ${round - 1}`,
      [`${round}.log`]: `log ${round}`,
      [`${round}.snapshot`]: `state ${round}`,
    });
  }
  // At one time: three logs, two probes, three snapshots and one that is received.
  expect(buffers.size).toBeLessThanOrEqual(9);
});

test("a removed file is gone for its owner before its memory has another one", () => {
  const seen: unknown[] = [];
  const files = new Map<string, SharedArrayBuffer>();
  const disk = new MemoryDisk({
    maxFileBytes: 100,
    onChange: (change) => {
      const { type } = change;
      const name = type === "created" ? change.file.name : change.name;
      if (type === "created") files.set(name, change.file.buffer);
      else files.delete(name);
      seen.push([type, found([...files].map(([key, buffer]) => ({ name: key, buffer })))]);
    },
  });
  disk.create("a", bytes("first and longer"));
  disk.remove("a");
  disk.create("b", bytes("second"));
  disk.open("b").append(bytes("!"));
  expect(seen).toEqual([
    ["created", { a: "first and longer" }],
    ["removed", {}],
    ["created", { b: "second" }],
  ]);
  expect(found(disk.files())).toEqual({ b: "second!" });
  losePower(disk.files(), () => 0);
  expect(found(disk.files())).toEqual({ b: "second" });
});

test("a file grows to its bound, and no further", () => {
  const disk = new MemoryDisk({ maxFileBytes: 10_000 });
  disk.create("a", bytes(""));
  const file = disk.open("a");
  for (let count = 0; count < 10; count += 1) file.append(new Uint8Array(1000).fill(count));
  expect(disk.read("a")).toEqual(
    Uint8Array.from({ length: 10_000 }, (_, at) => Math.floor(at / 1000)),
  );
  expect(() => file.append(bytes("x"))).toThrow(
    new DiskError("cannot write to memory:a: it may hold 10000 B", "ENOSPC"),
  );
  expect(() => disk.open("b")).toThrow(new DiskError("memory:b does not exist", "ENOENT"));
});

test.each([
  ["appended", "sure", "sure and more", 9],
  ["cut", "su", "sure", 2],
])(
  "a power loss loses, tears or keeps what was %s and not synced",
  (_how, least, most, inDoubt) => {
    for (let kept = 0; kept <= inDoubt; kept += 1) {
      const disk = new MemoryDisk({ maxFileBytes: 100 });
      disk.create("a", bytes("sure"));
      const file = disk.open("a");
      if (most === "sure") file.truncate(2);
      else file.append(bytes(" and more"));
      expect(found(disk.files())).toEqual({ a: most === "sure" ? least : most });
      losePower(disk.files(), (name, count) => {
        expect([name, count]).toEqual(["a", inDoubt]);
        return kept;
      });
      expect(found(disk.files())).toEqual({ a: most.slice(0, least.length + kept) });
    }
  },
);

test("synced bytes survive a power loss", () => {
  const disk = new MemoryDisk({ maxFileBytes: 100 });
  disk.create("a", bytes("one two"));
  const file = disk.open("a");
  file.truncate(3);
  expect(() => file.append(bytes("x"))).toThrow(AssertionError);
  file.rewrite(0, bytes("one"));
  file.sync();
  file.append(bytes(" three"));
  file.sync();
  file.close();
  expect(() => file.sync()).toThrow(AssertionError);
  losePower(disk.files(), () => 0);
  expect(found(disk.files())).toEqual({ a: "one three" });
});

test("a file survives the thread that wrote it", async () => {
  const disk = new MemoryDisk({ maxFileBytes: 100_000 });
  disk.create("a", bytes("here"));
  const grow = `
    const { workerData } = require("node:worker_threads");
    workerData.grow(50_000);
    new Uint8Array(workerData, 8)[40_000] = 7;
    Atomics.store(new Int32Array(workerData, 0, 1), 0, 40_001);
    throw new Error("the thread dies");`;
  const worker = new Worker(grow, { eval: true, workerData: disk.files()[0]?.buffer });
  worker.on("error", () => {});
  await once(worker, "exit").catch(() => once(worker, "exit"));
  expect(disk.read("a").subarray(40_000)).toEqual(new Uint8Array([7]));
});

test("reserves no space, and drops what another disk reserved", () => {
  const disk = new MemoryDisk({ maxFileBytes: 100 });
  disk.create("a", bytes("one\0\0\0"));
  const file = disk.open("a", 3);
  file.reserve(100);
  file.append(bytes("!"));
  file.close();
  expect(Buffer.from(disk.read("a")).toString()).toBe("one!");
});
