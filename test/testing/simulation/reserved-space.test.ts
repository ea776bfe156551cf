import { describe, expect, test } from "vitest";
import type { SimDisk } from "../../../packages/testing/src/simulation/sim-disk.ts";
import type { Counters } from "../../../packages/testing/src/run/counters.ts";
import { bytesOf, codeOf, fileWith, files, simDisk, textOf, KEPT } from "../support/sim-disk.ts";

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
