import { describe, expect, test } from "vitest";
import { MemoryUse, type MemoryMeter } from "../../../packages/cli/src/check/memory-use.ts";

const LIMIT = 1000;

/** A process that holds `live` bytes and some garbage. */
class FakeProcess implements MemoryMeter {
  time = 0;
  live = 0;
  garbage = 0;
  heap = 0;
  collections = 0;
  readonly now = (): number => this.time;
  readonly resident = (): number => this.live + this.garbage;
  readonly heapShare = (): number => this.heap;
  readonly collect = (): void => {
    this.garbage = 0;
    this.collections += 1;
  };
}

function measured(process: FakeProcess, use: MemoryUse): number {
  process.time += 100;
  return use.bytes;
}

describe("the memory that a process holds", () => {
  test("counts from what the process held at first, or has given back to since", () => {
    const process = new FakeProcess();
    process.live = 5000;
    const use = new MemoryUse(LIMIT, process);
    expect(measured(process, use)).toBe(0);
    process.live = 5900;
    expect(measured(process, use)).toBe(900);
    process.live = 3000;
    expect(measured(process, use)).toBe(0);
    process.live = 3960;
    process.garbage = 100;
    expect(measured(process, use)).toBe(Infinity);
  });

  test("is measured now and then, not at each look", () => {
    const process = new FakeProcess();
    const use = new MemoryUse(LIMIT, process);
    process.live = 10;
    expect(measured(process, use)).toBe(10);
    process.live = 20;
    expect(use.bytes).toBe(10);
    expect(measured(process, use)).toBe(20);
  });

  test("is measured again without the garbage when it is above the limit", () => {
    const process = new FakeProcess();
    const use = new MemoryUse(LIMIT, process);
    process.live = 500;
    process.garbage = 600;
    expect(measured(process, use)).toBe(500);
    expect(process.collections).toBe(1);
  });

  test("is too much when so little is garbage that the next collection would follow at once", () => {
    const process = new FakeProcess();
    const use = new MemoryUse(LIMIT, process);
    process.live = 960;
    process.garbage = 100;
    expect(measured(process, use)).toBe(Infinity);
  });

  test("is too much when the heap of V8 is nearly full, whatever the limit", () => {
    const process = new FakeProcess();
    const use = new MemoryUse(LIMIT, process);
    process.heap = 0.9;
    expect(measured(process, use)).toBe(Infinity);
    expect(process.collections).toBe(1);
    process.heap = 0.5;
    expect(measured(process, use)).toBe(0);
  });

  test("is that of this process by default", () => {
    const use = new MemoryUse(Infinity);
    const held = Buffer.alloc(256 * 2 ** 20, 1);
    expect(use.bytes).toBeGreaterThan(held.length / 8);
    expect(use.bytes).toBeLessThan(process.memoryUsage.rss());
  });
});
