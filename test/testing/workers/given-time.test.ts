import { expect, test } from "vitest";
import { GivenTime } from "../../../packages/testing/src/workers/given-time.ts";

const MEASURING = { everyMs: 500, spinMs: 20 };

/** A clock at which each look takes 0.1 ms, and after so many looks the thread waits for its turn, for that many ms. */
function clock(looks: number, turnMs: number): { now: () => number; sleep: (ms: number) => void } {
  let at = 0;
  let count = 0;
  return {
    now: () => {
      count += 1;
      at += count % looks === 0 ? turnMs : 0.1;
      return at;
    },
    sleep: (ms) => {
      at += ms;
    },
  };
}

function givenIn(seconds: number, looks: number, turnMs: number): number {
  const { now, sleep } = clock(looks, turnMs);
  const given = new GivenTime(now, MEASURING);
  let sum = 0;
  const until = now() + seconds * 1000;
  while (now() < until) {
    sleep(MEASURING.everyMs);
    sum = given.measure();
  }
  return Math.round(sum / 1000);
}

test("a thread that always runs is given all the time", () => {
  expect(givenIn(20, 1000, 0.1)).toBe(20);
});

test("a thread that waits for its turn is given the share in which it runs", () => {
  expect(givenIn(100, 30, 12)).toBe(20);
});

test("a process that is stopped is given nothing meanwhile", () => {
  const { now, sleep } = clock(1000, 0.1);
  const given = new GivenTime(now, MEASURING);
  sleep(1_000_000);
  expect(given.measure()).toBe(1000);
});
