import { describe, expect, test } from "vitest";
import {
  decideRestart,
  RESTART_DEFAULTS,
} from "../../../packages/actors/src/supervision/restart-policy.ts";

const POLICY = { crashes: 3, withinMs: 1000, firstPauseMs: 10, pauseMsMax: 35 };

describe("a restart intensity as in Erlang/OTP", () => {
  test.each([
    ["a requested crash, and no other", [], 0, 10],
    ["the first", [5000], 1, 10],
    ["the second: twice the pause", [4500, 5000], 2, 20],
    ["the third: the longest pause", [4001, 4500, 5000], 3, 35],
    [
      "one of them exactly as long ago as the window: it no longer counts",
      [4000, 4500, 5000],
      2,
      20,
    ],
    ["all of them long ago", [1, 2, 3, 4, 5], 0, 10],
    ["one too many: given up", [4001, 4002, 4003, 5000], 4, undefined],
  ])("%s", (_title, crashTimes, crashes, restartInMs) => {
    expect(decideRestart(POLICY, crashTimes, 5000, 1)).toEqual({ crashes, restartInMs });
  });

  test("the random number spreads the pause over half its length, so that nodes do not restart together", () => {
    const pauses = [0, 0.5, 1].map((chance) => decideRestart(POLICY, [4999, 5000], 5000, chance));
    expect(pauses.map(({ restartInMs }) => restartInMs)).toEqual([10, 15, 20]);
  });

  test("no restarts allowed: the node is given up at the first crash", () => {
    expect(decideRestart({ ...POLICY, crashes: 0 }, [5000], 5000, 1).restartInMs).toBe(undefined);
  });

  test("very many crashes: the pause stays finite", () => {
    const times = Array<number>(5000).fill(5000);
    const { restartInMs } = decideRestart({ ...POLICY, crashes: 10_000 }, times, 5000, 1);
    expect(restartInMs).toBe(35);
  });

  test("a crash loop at the default pauses exhausts the default intensity within its window", () => {
    const times: number[] = [];
    let now = 0;
    for (;;) {
      times.push(now);
      const { restartInMs } = decideRestart(RESTART_DEFAULTS, times, now, 1);
      if (restartInMs === undefined) break;
      now += restartInMs;
    }
    expect([times.length, now < RESTART_DEFAULTS.withinMs]).toEqual([11, true]);
  });
});
