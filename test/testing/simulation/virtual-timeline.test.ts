import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VirtualTimeline } from "../../../packages/testing/src/simulation/virtual-timeline.ts";

/** Makes everything happen that is due by then. */
function runTo(timeline: VirtualTimeline, ms: number): void {
  while (timeline.step(ms));
}

describe("virtual time", () => {
  test("moves from one due callback to the next, and then to the given end", () => {
    const timeline = new VirtualTimeline();
    const times: number[] = [];
    for (const ms of [3, 1, 2.5]) timeline.after(ms, () => times.push(timeline.now));
    expect(timeline.step(2)).toBe(true);
    expect([timeline.now, timeline.happened, times]).toEqual([1, 1, [1]]);
    expect(timeline.step(2)).toBe(false);
    expect([timeline.now, timeline.happened]).toEqual([2, 1]);
    runTo(timeline, 10);
    expect([timeline.now, timeline.happened, times]).toEqual([10, 3, [1, 2.5, 3]]);
  });

  test("never goes back", () => {
    const timeline = new VirtualTimeline();
    runTo(timeline, 10);
    runTo(timeline, 5);
    expect(timeline.now).toBe(10);
    timeline.after(-3, () => {});
    expect(timeline.step(10)).toBe(true);
    expect(timeline.now).toBe(10);
  });

  test("callbacks that are due at the same moment run in the order in which they were requested", () => {
    const timeline = new VirtualTimeline();
    const order: number[] = [];
    for (let number = 0; number < 50; number += 1) timeline.after(1, () => order.push(number));
    runTo(timeline, 1);
    expect(order).toEqual(Array.from({ length: 50 }, (_none, at) => at));
  });

  test("a callback that another one requests runs after all that are due by then", () => {
    const timeline = new VirtualTimeline();
    const order: string[] = [];
    timeline.after(1, () => {
      order.push("first");
      timeline.after(0, () => order.push("asked for by the first"));
    });
    timeline.after(1, () => order.push("second"));
    runTo(timeline, 1);
    expect(order).toEqual(["first", "second", "asked for by the first"]);
  });

  test("counts in whole microseconds: sums of times are exact", () => {
    const timeline = new VirtualTimeline();
    const times: number[] = [];
    const again = (): void => {
      times.push(timeline.now);
      if (times.length < 1000) timeline.after(0.1, again);
    };
    timeline.after(0.1, again);
    timeline.after(0.0004, () => times.push(timeline.now));
    runTo(timeline, 200);
    expect(times).toEqual([0, ...Array.from({ length: 999 }, (_none, at) => (at + 1) / 10)]);
  });

  test.each([Infinity, Number.MAX_VALUE, Number.NaN, Number.MAX_SAFE_INTEGER])(
    "what is asked for after %d ms never happens",
    (ms) => {
      const timeline = new VirtualTimeline();
      const callOff = timeline.after(ms, () => {
        throw new Error("it happened");
      });
      expect(timeline.step(Number.MAX_SAFE_INTEGER)).toBe(false);
      expect(callOff).not.toThrow();
    },
  );

  test("a cancelled callback does not run, and is not counted", () => {
    const timeline = new VirtualTimeline();
    const order: string[] = [];
    const callOff = timeline.after(1, () => order.push("called off"));
    timeline.after(1, () => order.push("not called off"));
    callOff();
    callOff();
    expect(timeline.step(2)).toBe(true);
    expect(order).toEqual(["not called off"]);
    runTo(timeline, 2);
    callOff();
    expect([order, timeline.happened]).toEqual([["not called off"], 1]);
  });

  test("whatever is requested and cancelled, the order is that of a sorted list", () => {
    const asked = fc.array(
      fc.record({
        ms: fc.oneof(fc.nat(20), fc.double({ min: 0, max: 20, noNaN: true })),
        isCalledOff: fc.boolean(),
        stops: fc.boolean(),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(asked, (all) => {
        const timeline = new VirtualTimeline();
        const happened: number[] = [];
        const expected: { readonly us: number; readonly number: number }[] = [];
        for (const [number, { ms, isCalledOff, stops }] of all.entries()) {
          const callOff = timeline.after(ms, () => happened.push(number));
          const us = Math.round(timeline.now * 1000) + Math.floor(ms * 1000 + 0.5);
          if (isCalledOff) callOff();
          else expected.push({ us, number });
          // Some of it happens while more is asked for.
          if (stops) runTo(timeline, timeline.now + 1);
        }
        runTo(timeline, 1000);
        const sorted = expected.toSorted((a, b) => a.us - b.us || a.number - b.number);
        expect(happened).toEqual(sorted.map(({ number }) => number));
        expect(timeline.happened).toBe(sorted.length);
      }),
    );
  });
});
