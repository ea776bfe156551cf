import { DiskError, type DiskFile } from "@kontiki/actors/node";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import type { Kept } from "../../../packages/testing/src/scenario/fault.ts";
import type { SimDisk } from "../../../packages/testing/src/simulation/sim-disk.ts";
import type { Counters } from "../../../packages/testing/src/run/counters.ts";
import { simDisk } from "../support/sim-disk.ts";

const KEPT: readonly Kept[] = ["nothing", "torn", "some", "everything"];

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The files of a disk, by name. */
function files(disk: SimDisk): Record<string, string> {
  return Object.fromEntries(disk.list().map((name) => [name, textOf(disk.read(name))]));
}

function fileWith(disk: SimDisk, synced: string): DiskFile {
  disk.create("f", bytesOf(synced));
  return disk.open("f");
}

function codeOf(act: () => void): string {
  try {
    act();
    return "fine";
  } catch (error) {
    if (error instanceof DiskError) return error.code;
    throw error;
  }
}

describe("an unsynced write", () => {
  test("is visible to reads, and lost with the power", () => {
    const { disk, counters } = simDisk();
    fileWith(disk, "abc").append(bytesOf("def"));
    expect(files(disk)).toEqual({ f: "abcdef" });
    expect(textOf(disk.readRange("f", 2, 2))).toBe("cd");
    disk.losePower("nothing");
    expect(files(disk)).toEqual({ f: "abc" });
    expect(counters.of("disk.bytesLost")).toBe(3);
  });

  test("survives when everything is kept", () => {
    const { disk, counters } = simDisk();
    fileWith(disk, "abc").append(bytesOf("def"));
    disk.losePower("everything");
    expect(files(disk)).toEqual({ f: "abcdef" });
    expect(counters.toRecord()).toEqual({});
  });

  test("is torn in its last write only", () => {
    const found = new Set<string>();
    for (let seed = 0; seed < 50; seed += 1) {
      const { disk } = simDisk(seed);
      const file = fileWith(disk, "-");
      file.append(bytesOf("ab"));
      file.append(bytesOf("cd"));
      disk.losePower("torn");
      found.add(files(disk)["f"] ?? "");
    }
    expect([...found].sort()).toEqual(["-ab", "-abc", "-abcd"]);
  });

  test("is kept sector by sector, with zeros between", () => {
    const found = new Set<string>();
    for (let seed = 0; seed < 200; seed += 1) {
      const { disk } = simDisk(seed);
      const file = fileWith(disk, "-");
      file.append(bytesOf("a".repeat(511) + "b".repeat(512) + "c"));
      disk.losePower("some");
      const text = files(disk)["f"] ?? "";
      found.add(text.replaceAll("\0", "0").replace(/(.)\1+/g, "$1"));
    }
    expect([...found].sort()).toEqual(
      // A file may have its new length without its bytes.
      ["-", "-0", "-0b", "-0b0", "-0bc", "-0c", "-a", "-a0", "-a0c", "-ab", "-ab0", "-abc"],
    );
  });

  test("may be a truncation: then the end comes back", () => {
    const { disk } = simDisk();
    fileWith(disk, "abcdef").truncate(2);
    expect(files(disk)).toEqual({ f: "ab" });
    disk.losePower("nothing");
    expect(files(disk)).toEqual({ f: "abcdef" });
  });
});

describe("an unsynced write over reserved space", () => {
  /** A file of one sector and a reserved rest, which is durable, and an unsynced write of `bytes` over it. */
  function written(seed: number, bytes: number): { disk: SimDisk; counters: Counters } {
    const { disk, counters } = simDisk(seed);
    const file = fileWith(disk, "-".repeat(510));
    file.append(bytesOf("++"));
    file.reserve(3000);
    file.sync();
    file.append(bytesOf("a".repeat(bytes)));
    return { disk, counters };
  }
  const short = (text: string): string => text.replaceAll("\0", "0").replace(/(.)\1+/g, "$1");

  test("is visible, and the file stays as long as it is", () => {
    const { disk } = written(1, 700);
    expect(files(disk)).toEqual({
      f: `${"-".repeat(510)}++${"a".repeat(700)}${"\0".repeat(1788)}`,
    });
  });

  test("is lost sector by sector: any subset of them is there, a later one without an earlier one too", () => {
    const found = new Map<string, Set<string>>();
    for (let seed = 0; seed < 200; seed += 1)
      for (const kept of KEPT) {
        const { disk } = written(seed, 3 * 512);
        disk.losePower(kept);
        const { length } = disk.read("f");
        const sectors = [1, 2, 3].map((at) => short(textOf(disk.readRange("f", at * 512, 512))));
        const texts = found.get(kept) ?? new Set<string>();
        found.set(kept, texts.add(sectors.map((text) => text[0]).join("")));
        expect([length, textOf(disk.read("f")).startsWith("-".repeat(510) + "++")]).toEqual([
          3000,
          true,
        ]);
      }
    expect([...(found.get("nothing") ?? [])]).toEqual(["000"]);
    expect([...(found.get("everything") ?? [])]).toEqual(["aaa"]);
    const any = ["000", "00a", "0a0", "0aa", "a00", "a0a", "aa0", "aaa"];
    expect([...(found.get("some") ?? [])].sort()).toEqual(any);
  });

  test("is not durable when its sync failed, unless it is written again", () => {
    for (const isRewritten of [false, true]) {
      const { disk } = simDisk();
      const file = fileWith(disk, "abc");
      file.reserve(9);
      file.sync();
      file.append(bytesOf("def"));
      const end = disk.beginErrors("sync");
      expect(codeOf(() => file.sync())).toBe("EIO");
      end();
      const again = disk.open("f", 6);
      if (isRewritten) again.rewrite(3, bytesOf("def"));
      again.sync();
      again.append(bytesOf("gh"));
      again.sync();
      disk.losePower("nothing");
      expect(files(disk)).toEqual({ f: isRewritten ? "abcdefgh\0" : "abc\0\0\0gh\0" });
    }
  });

  test("takes no space of a full disk; what is reserved does, as much as there is", () => {
    const { disk } = simDisk();
    const file = fileWith(disk, "abc");
    const end = disk.beginFullness(4);
    file.reserve(100);
    expect(disk.read("f").length).toBe(7);
    file.append(bytesOf("def"));
    expect(codeOf(() => file.append(bytesOf("gh")))).toBe("ENOSPC");
    end();
    expect(files(disk)).toEqual({ f: "abcdefg" });
  });

  test("is lost to later writes: a loss of power leaves reserved space of any length", () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 100; seed += 1) {
      const { disk } = simDisk(seed);
      const file = fileWith(disk, "abc");
      file.append(bytesOf("def"));
      file.reserve(2000);
      disk.losePower("some");
      const text = files(disk)["f"] ?? "";
      expect(text.replaceAll("\0", "")).toMatch(/^abc(def)?$/);
      lengths.add(text.length);
    }
    expect([lengths.has(3), lengths.has(6), lengths.size > 10]).toEqual([true, true, true]);
  });

  test("continues only where zeros follow", () => {
    const { disk } = simDisk();
    fileWith(disk, "abc\0\0");
    expect(() => disk.open("f", 2)).toThrow("appending continues where only zeros follow");
    disk.open("f", 3).append(bytesOf("d"));
    expect(files(disk)).toEqual({ f: "abcd\0" });
  });
});

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

describe("a delay", () => {
  test("comes from operations that wait for the device, and a slow device adds to it", () => {
    const { disk } = simDisk();
    expect(disk.syncMs()).toBe(2);
    fileWith(disk, "abc").append(bytesOf("d"));
    expect(disk.takeDelayMs()).toBe(4);
    expect(disk.takeDelayMs()).toBe(0);
    const end = disk.beginSlowness([30, 30]);
    expect(disk.syncMs()).toBe(32);
    disk.remove("f");
    expect(disk.takeDelayMs()).toBe(32);
    end();
    expect(disk.syncMs()).toBe(2);
  });

  test("comes once from sequential reads, because they are read ahead", () => {
    const { disk } = simDisk();
    fileWith(disk, "abcdef");
    disk.takeDelayMs();
    const end = disk.beginSlowness([30, 30]);
    for (let at = 0; at < 6; at += 1) disk.readRange("f", at, 1);
    expect(disk.takeDelayMs()).toBe(30);
    disk.read("f");
    expect(disk.takeDelayMs()).toBe(30);
    end();
    disk.read("f");
    expect(disk.takeDelayMs()).toBe(0);
  });

  test("has no end while the device stalls; afterwards the waiting callbacks run", () => {
    const { disk } = simDisk();
    const told: string[] = [];
    disk.onReady(() => told.push("at once"));
    const ends = [disk.beginStall(), disk.beginStall()];
    disk.onReady(() => told.push("first"));
    disk.onReady(() => told.push("called off"))();
    disk.onReady(() => told.push("second"));
    expect(disk.syncMs()).toBe(Number.POSITIVE_INFINITY);
    disk.create("f", bytesOf("abc"));
    expect(disk.takeDelayMs()).toBe(Number.POSITIVE_INFINITY);
    ends[0]?.();
    expect(told).toEqual(["at once"]);
    ends[1]?.();
    ends[1]?.();
    expect(told).toEqual(["at once", "first", "second"]);
    expect(disk.syncMs()).toBe(2);
  });
});

describe("a file's name", () => {
  class Crash extends Error {}

  /** Changes a name with a crash before that step, loses power, and returns the remaining files. */
  function after(step: string, kept: Kept, act: (disk: SimDisk) => void): Record<string, string> {
    let isArmed = false;
    const { disk } = simDisk(1, (each) => {
      if (isArmed && each === step) throw new Crash();
    });
    disk.create("f", bytesOf("old"));
    isArmed = true;
    expect(() => act(disk)).toThrow(Crash);
    disk.losePower(kept);
    isArmed = false;
    disk.tidy();
    return files(disk);
  }

  const publish = (disk: SimDisk): void => {
    const file = disk.begin("temporary");
    file.append(bytesOf("ne"));
    file.append(bytesOf("w"));
    file.publish("f");
  };
  test.each<[string, (disk: SimDisk) => void, Record<string, string>]>([
    ["create", (disk) => disk.create("f", bytesOf("new")), { f: "new" }],
    ["publish", publish, { f: "new" }],
    ["remove", (disk) => disk.remove("f"), {}],
  ])("with a crash in %s, all of it happens or nothing", (step, act, done) => {
    expect(after(step, "everything", act)).toEqual({ f: "old" });
    expect(after("syncNames", "nothing", act)).toEqual({ f: "old" });
    expect(after("syncNames", "everything", act)).toEqual(done);
  });

  test("is durable when the folder is tidied after its sync failed", () => {
    const { disk } = simDisk();
    const file = disk.begin("temporary");
    file.append(bytesOf("new"));
    const end = disk.beginErrors("sync");
    // The file itself is synced before it gets its name.
    expect(codeOf(() => file.publish("f"))).toBe("EIO");
    end();
    expect(files(disk)).toEqual({});
    disk.create("g", bytesOf("x"));
    disk.losePower("nothing");
    expect(files(disk)).toEqual({ g: "x" });
  });
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

type Operation =
  | { readonly type: "append" | "reserve"; readonly bytes: number }
  | { readonly type: "sync" | "failSync" }
  | { readonly type: "truncate"; readonly drop: number }
  | { readonly type: "create"; readonly bytes: number };

const OPERATIONS = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constantFrom("append" as const, "reserve" as const),
      bytes: fc.nat(1500),
    }),
    fc.record({ type: fc.constantFrom("sync" as const, "sync" as const, "failSync" as const) }),
    fc.record({ type: fc.constant("truncate" as const), drop: fc.nat(700) }),
    fc.record({ type: fc.constant("create" as const), bytes: fc.nat(1500) }),
  ),
  { maxLength: 20 },
);

/**
 * A file that is used correctly: after a failed sync it is opened again, and everything that may not be durable is written
 * again. `promised` has what a successful sync covers, `content` what is written.
 */
class Careful {
  readonly disk: SimDisk;
  content: Buffer = Buffer.alloc(0);
  promised: Buffer = Buffer.alloc(0);
  /** The length of the file, and what of it is certain. */
  reserved = 0;
  promisedLength = 0;
  #file: DiskFile;
  #next = 0;

  constructor(disk: SimDisk) {
    this.disk = disk;
    disk.create("f", this.content);
    this.#file = disk.open("f");
  }

  do(operation: Operation): void {
    switch (operation.type) {
      case "append": {
        const bytes = this.#fresh(operation.bytes);
        this.#file.append(bytes);
        this.content = Buffer.concat([this.content, bytes]);
        this.reserved = Math.max(this.reserved, this.content.length);
        return;
      }
      case "reserve":
        this.reserved = Math.max(this.reserved, this.content.length + operation.bytes);
        this.#file.reserve(this.reserved);
        return;
      case "sync":
        this.#file.sync();
        this.promised = this.content;
        this.promisedLength = this.reserved;
        return;
      case "failSync":
        return this.#failSync();
      case "truncate": {
        const length = Math.max(0, this.content.length - operation.drop);
        this.#file.truncate(length);
        this.content = this.content.subarray(0, length);
        this.reserved = length;
        return this.do({ type: "sync" });
      }
      case "create":
        this.content = this.#fresh(operation.bytes);
        this.promised = this.content;
        this.reserved = this.content.length;
        this.promisedLength = this.reserved;
        this.disk.create("f", this.content);
        this.#file = this.disk.open("f");
        return;
      default:
        operation satisfies never;
    }
  }

  #failSync(): void {
    const end = this.disk.beginErrors("sync");
    expect(codeOf(() => this.#file.sync())).toBe("EIO");
    end();
    this.#file = this.disk.open("f", this.content.length);
    this.#file.rewrite(this.promised.length, this.content.subarray(this.promised.length));
  }

  /** No byte is 0, and neighbours differ, so that a lost or moved byte is visible. */
  #fresh(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => (this.#next = (this.#next % 251) + 1)));
  }
}

test("synced bytes survive a loss of power, whatever else is kept", () => {
  fc.assert(
    fc.property(OPERATIONS, fc.constantFrom(...KEPT), fc.nat(), (operations, kept, seed) => {
      const { disk } = simDisk(seed);
      const file = new Careful(disk);
      for (const operation of operations) file.do(operation);
      const { content, promised, reserved, promisedLength } = file;
      const padded = (bytes: Buffer, length: number): Buffer =>
        Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
      disk.losePower(kept);
      const found = Buffer.from(disk.read("f"));
      expect(found.subarray(0, promised.length)).toEqual(promised);
      expect(found.length).toBeLessThanOrEqual(reserved);
      expect(found.length).toBeGreaterThanOrEqual(promisedLength);
      const lost = found.filter((byte, at) => byte !== content[at]);
      expect(lost.every((byte) => byte === 0)).toBe(true);
      if (kept === "nothing") expect(found).toEqual(padded(promised, promisedLength));
      if (kept === "everything") expect(found).toEqual(padded(content, reserved));
      // A second loss of power has nothing to lose.
      disk.losePower("nothing");
      expect(Buffer.from(disk.read("f"))).toEqual(found);
    }),
    { numRuns: 300 },
  );
});
