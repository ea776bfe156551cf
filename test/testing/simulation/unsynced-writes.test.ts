import { describe, expect, test } from "vitest";
import { bytesOf, fileWith, files, simDisk, textOf } from "../support/sim-disk.ts";

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
