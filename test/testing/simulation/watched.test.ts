import { defineScenario, planOf } from "@kontiki/testing";
import { expect, test } from "vitest";
import { simulateWatched } from "../../../packages/testing/src/runs/watched.ts";
import { HangError, watchdog } from "../../../packages/testing/src/watchdog.ts";

const spin = (): never => {
  for (;;);
};

test("a run that does not end is a violation that names what has not returned", () => {
  const plan = planOf(defineScenario({ name: "spin", nodes: 1 }), 1);
  const machine = (): object => ({ apply: spin, snapshot: () => null, restore: () => undefined });
  const { verdict, violations } = simulateWatched(plan, { machine: machine as never }, 100);
  expect([verdict, violations.length]).toEqual(["violated", 1]);
  expect(violations[0]).toMatchObject({ check: "endless loop" });
  expect(violations[0]?.text).toMatch(
    /^n1 in apply of \{.*\} has not returned after 100 ms of real time, as if in an endless loop$/,
  );
});

test("a watchdog ends a loop whatever catches in it, and nothing else", () => {
  const within = watchdog(() => 50);
  expect(within(() => 7)).toBe(7);
  expect(() =>
    within(() => {
      throw new TypeError("mine");
    }),
  ).toThrow(new TypeError("mine"));
  expect(() =>
    within(() => {
      try {
        spin();
      } catch {
        spin();
      } finally {
        spin();
      }
    }),
  ).toThrow(HangError);
  expect(within(() => within(() => 8))).toBe(8);
});
