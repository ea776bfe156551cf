import { describe, expect, test } from "vitest";
import {
  hardLimitMiB,
  heapWatch,
  LOOK_EVERY_MS,
} from "../../../packages/actors/src/supervision/heap-watch.ts";

const MIB = 2 ** 20;

/** A heap of live bytes and garbage. Each look is late enough to count unless `at` says otherwise. */
class FakeHeap {
  live = 0;
  garbage = 0;
  collections = 0;
  at: number | undefined;
  #looks = 0;

  readonly used = (): number => (this.live + this.garbage) * MIB;

  readonly collect = (): void => {
    this.garbage = 0;
    this.collections += 1;
  };

  readonly nowMs = (): number => this.at ?? (this.#looks += LOOK_EVERY_MS);
}

describe("the watch on a heap of 100 MiB", () => {
  test("ends the thread when more than nine tenths are live", () => {
    const heap = new FakeHeap();
    const check = heapWatch(100, heap);
    heap.live = 91;
    heap.garbage = 10;
    expect(check).toThrow("its heap is full: 91 MiB in use, and heapMiB is 100");
  });

  test("collects garbage only when the limit is in use, and goes on if it was garbage", () => {
    const heap = new FakeHeap();
    const check = heapWatch(100, heap);
    heap.live = 90;
    heap.garbage = 10;
    check();
    expect(heap.collections).toBe(0);
    heap.garbage = 11;
    check();
    expect(heap).toMatchObject({ live: 90, garbage: 0, collections: 1 });
  });

  test("does not look again at once", () => {
    const heap = new FakeHeap();
    const check = heapWatch(100, heap);
    heap.at = 1000;
    check();
    heap.live = 101;
    heap.at += LOOK_EVERY_MS / 2;
    check();
    heap.at += LOOK_EVERY_MS / 2;
    expect(check).toThrow("its heap is full");
  });
});

test.each([
  [16, 48],
  [512, 1536],
  [4096, 5120],
])("V8's own limit for a heapMiB of %i is %i MiB", (heapMiB, hard) => {
  expect(hardLimitMiB(heapMiB)).toBe(hard);
});
