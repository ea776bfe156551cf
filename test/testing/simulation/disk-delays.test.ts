import { describe, expect, test } from "vitest";
import { bytesOf, fileWith, simDisk } from "../support/sim-disk.ts";

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
