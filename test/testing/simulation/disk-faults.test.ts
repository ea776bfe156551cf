/** What faults do to a disk: errors, no space, another node, changed bits. */
import { describe, expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { bytesOf, codeOf, fileWith, files, simDisk } from "../support/sim-disk.ts";

describe("a sync that fails", () => {
  test("leaves bytes that no later sync writes, unless they are written again", () => {
    for (const isRewritten of [false, true]) {
      const { disk, counters } = simDisk();
      const file = fileWith(disk, "abc");
      file.append(bytesOf("def"));
      const end = disk.beginErrors("sync");
      expect(codeOf(() => file.sync())).toBe("EIO");
      end();
      file.close();
      const again = disk.open("f");
      expect(files(disk)).toEqual({ f: "abcdef" });
      if (isRewritten) again.rewrite(3, bytesOf("def"));
      again.sync();
      again.append(bytesOf("ghi"));
      again.sync();
      disk.losePower("nothing");
      expect(files(disk)).toEqual({ f: isRewritten ? "abcdefghi" : "abc\0\0\0ghi" });
      expect(counters.of("disk.errors.sync")).toBe(1);
    }
  });

  test("ends the use of its file", () => {
    const { disk } = simDisk();
    const file = fileWith(disk, "abc");
    disk.beginErrors("any");
    expect(codeOf(() => file.append(bytesOf("d")))).toBe("EIO");
    expect(() => file.sync()).toThrow("a file that failed is not used again");
  });
});

test("only the operations that a fault names fail", () => {
  const outcomes = (["write", "sync", "read"] as const).map((operation) => {
    const { disk } = simDisk();
    const writing = fileWith(disk, "abc");
    const syncing = disk.open("f");
    disk.beginErrors(operation);
    return [
      codeOf(() => writing.append(bytesOf("d"))),
      codeOf(() => syncing.sync()),
      codeOf(() => disk.read("f")),
      codeOf(() => disk.create("g", bytesOf("x"))),
      codeOf(() => disk.remove("f")),
    ];
  });
  expect(outcomes).toEqual([
    ["EIO", "fine", "fine", "EIO", "EIO"],
    ["fine", "EIO", "fine", "EIO", "EIO"],
    ["fine", "fine", "EIO", "fine", "fine"],
  ]);
});

test("a full disk accepts what there is space for, and more when a file is removed", () => {
  const { disk, counters } = simDisk();
  disk.create("old", bytesOf("12345678"));
  const file = fileWith(disk, "abc");
  const end = disk.beginFullness(2);
  expect(codeOf(() => file.append(bytesOf("defg")))).toBe("ENOSPC");
  expect(files(disk)["f"]).toBe("abcde");
  disk.remove("old");
  disk.open("f").append(bytesOf("fghijklm"));
  expect(codeOf(() => disk.open("f").append(bytesOf("n")))).toBe("ENOSPC");
  end();
  disk.open("f").append(bytesOf("n"));
  expect(files(disk)).toEqual({ f: "abcdefghijklmn" });
  expect(counters.of("disk.full")).toBe(2);
});

test("a disk belongs to the node that used it first", () => {
  const { disk } = simDisk();
  disk.claim("n1");
  disk.claim("n1");
  expect(codeOf(() => disk.claim("n2"))).toBe("EXDEV");
  disk.claim("n1");
});

test("rot changes one durable bit, and the damage is gone with its file", () => {
  const { disk, counters } = simDisk();
  disk.create("1-1.snapshot", bytesOf("abcdef"));
  disk.open("1-1.snapshot").append(bytesOf("ghi"));
  const chance = new Chance("rot");
  expect(disk.rot("log", chance, () => true)).toBeUndefined();
  expect(disk.rot("snapshot", chance, () => false)).toBeUndefined();
  expect(disk.isDamaged).toBe(false);
  expect(disk.rot("snapshot", chance, () => true)).toMatch(
    /^bit [0-7] of byte [0-5] of 1-1\.snapshot$/,
  );
  const bad = disk.read("1-1.snapshot");
  const flipped = [...bytesOf("abcdefghi")].map((byte, at) => byte ^ (bad[at] ?? 0));
  expect(flipped.filter((bits) => bits !== 0)).toHaveLength(1);
  expect(disk.isDamaged).toBe(true);
  disk.remove("1-1.snapshot");
  expect(disk.isDamaged).toBe(false);
  expect(counters.toRecord()).toEqual({ "disk.damageRemoved": 1, "disk.rotten.snapshot": 1 });
});
