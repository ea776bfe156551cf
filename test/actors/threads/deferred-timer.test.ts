import { beforeEach, afterEach, expect, test, vi } from "vitest";
import { DeferredTimer } from "../../../packages/actors/src/threads/deferred-timer.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => void vi.useRealTimers());

/** A timer, and when it has called back, in ms from its making. */
function newTimer() {
  const timer = new DeferredTimer(() => Date.now());
  const began = Date.now();
  const calls: (readonly [name: string, at: number])[] = [];
  const callback = (name: string) => () => void calls.push([name, Date.now() - began]);
  return { timer, calls, callback };
}

test("it calls back once, when it is due", () => {
  const { timer, calls, callback } = newTimer();
  timer.set(100, callback("end"));
  vi.advanceTimersByTime(1000);
  expect({ calls, dueMs: timer.dueMs }).toEqual({ calls: [["end", 100]], dueMs: Infinity });
});

test("however often it is set again, only the last callback counts, at its own time", () => {
  const { timer, calls, callback } = newTimer();
  for (let at = 0; at < 500; at += 10) {
    timer.set(100, callback(`set at ${at}`));
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(1000);
  expect(calls).toEqual([["set at 490", 590]]);
});

test("a shorter time replaces a longer one", () => {
  const { timer, calls, callback } = newTimer();
  timer.set(100, callback("long"));
  timer.set(20, callback("short"));
  vi.advanceTimersByTime(1000);
  expect(calls).toEqual([["short", 20]]);
});

test("what is cancelled is not called, and what was set after it is", () => {
  const { timer, calls, callback } = newTimer();
  const [first, second] = [callback("first"), callback("second")];
  timer.set(100, first);
  timer.cancel(first);
  expect(timer.dueMs).toBe(Infinity);
  timer.set(150, second);
  timer.cancel(first);
  vi.advanceTimersByTime(1000);
  expect(calls).toEqual([["second", 150]]);
});

test("a closed one leaves no timer", () => {
  const { timer, calls, callback } = newTimer();
  timer.set(100, callback("end"));
  timer.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(1000);
  expect(calls).toEqual([]);
});

test("a leader's letters every 10 ms set a timer of Node once in 50 ms", () => {
  const { timer, callback } = newTimer();
  const first = numberOfNext();
  for (let at = 0; at < 500; at += 10) {
    timer.set(100, callback("end"));
    vi.advanceTimersByTime(10);
  }
  expect(numberOfNext() - first - 1).toBe(10);
});

/** Timers are numbered in the order in which they are set. */
function numberOfNext(): number {
  return Number(setTimeout(() => {}, 0));
}
