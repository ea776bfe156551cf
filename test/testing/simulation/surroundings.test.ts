import type { StateMachine } from "@kontiki/actors";
import { defineScenario, planOfParts, simulate, type RunResult } from "@kontiki/testing";
import { expect, test } from "vitest";
import { Surroundings } from "../../../packages/testing/src/surroundings.ts";
import { HangError, watchdog } from "../../../packages/testing/src/watchdog.ts";

/** The functions themselves, which are not called. */
const present = (): unknown[] => [
  Date,
  Reflect.get(performance, "now"),
  Reflect.get(Math, "random"),
];
const real = present();

test("time and chance are those that were given, and afterwards the real ones", () => {
  const around = new Surroundings(() => 1500.5, { next: () => 0.25 });
  const seen = around.during(() => [
    Date.now(),
    new Date().toISOString(),
    new Date(0).toISOString(),
    new Date() instanceof Date,
    Date(),
    Date.UTC(1970, 0, 2),
    performance.now(),
    Math.random(),
  ]);
  const then = new Date(1500);
  const first = new Date(0).toISOString();
  const whole = [1500, then.toISOString(), first, true, then.toString(), 86_400_000, 1500.5, 0.25];
  expect(seen).toEqual(whole);
  const fails = (): void => {
    throw new Error("no");
  };
  expect(() => around.during(fails)).toThrow("no");
  expect(present()).toEqual(real);
});

test("they are the real ones again when a watchdog ends a call, of which no finally runs", () => {
  const around = new Surroundings(() => 0, { next: () => 0 });
  const endless = (): never => {
    for (;;);
  };
  const inner = (): never => around.during(endless);
  expect(() => watchdog(() => 20)(() => around.during(inner))).toThrow(HangError);
  expect(present()).toEqual(real);
});

const scenario = defineScenario({
  name: "outside",
  duration: "500ms",
  workload: { clients: 2, perSecond: 20 },
});

/** A machine with a state that the given function tells, as part of a snapshot that is in parts as well. */
function telling(tell: () => unknown): () => StateMachine {
  return () => {
    let states: unknown[] = [tell()];
    return {
      apply: () => states.push(tell()),
      snapshot: () => states,
      restore: (given) => void (states = given as unknown[]),
      *snapshotParts() {
        yield* [...states, tell()];
      },
      restoreParts: (parts) => void (states = [...parts].slice(0, -1)),
    };
  };
}

test.each([
  ["Date", () => new Date().getTime()],
  ["Date.now", () => Date.now()],
  ["performance.now", () => performance.now()],
  ["Math.random", () => Math.random()],
])("a machine that uses %s is found, and the same way again", (_name, tell) => {
  const run = (): RunResult => {
    const commands = (): { command: unknown } => ({ command: tell() });
    const plan = planOfParts({ scenario, commands }, 1);
    return simulate(plan, { machine: telling(tell), specification: "none" });
  };
  const { verdict, violations, hash } = run();
  expect({ verdict, isFound: violations.length > 0 }).toEqual({
    verdict: "violated",
    isFound: true,
  });
  expect(run()).toMatchObject({ violations, hash });
  expect(present()).toEqual(real);
});
