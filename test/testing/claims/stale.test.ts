import { KeyValue, type MakeStateMachine } from "@kontiki/actors/node";
import { planOf, defineScenario, simulate, type Violation } from "@kontiki/testing";
import { expect, test } from "vitest";
import type { AppliedClaims } from "../../../packages/testing/src/claims/applied-claims.ts";
import { StaleClaims } from "../../../packages/testing/src/claims/stale-claims.ts";
import { planned } from "../support/plans.ts";

const machine = (() => new KeyValue()) as MakeStateMachine;
const put = (value: string): object => ({ type: "put", key: "k", value });

/** What is reported of a stale read that gets this answer after the entries up to `upTo`. */
function reported(value: unknown, upTo: number): readonly string[] {
  // Entry 2 is a no-op.
  const commands = [put("a"), undefined, put("b")];
  const applied = {
    lastIndex: upTo,
    at: (index: number) => {
      const command = commands[index - 1];
      return command === undefined ? [] : [{ command, result: null }];
    },
  } as unknown as AppliedClaims;
  const found: string[] = [];
  const claims = new StaleClaims(machine, applied, ({ text }) => found.push(text));
  const reading = { consistency: "stale", node: "n2" } as const;
  const operation = { ...planned(7, { type: "get", key: "k" }, true), reading };
  claims.returned({ type: "returned", operation, outcome: { type: "ok", value } });
  claims.finish();
  return found;
}

test.each([
  ["nothing yet", null, 3],
  ["an old value", "a", 3],
  ["the last value", "b", 3],
])("%s is a right answer", (_title, value, upTo) => {
  expect(reported(value, upTo)).toEqual([]);
});

test.each([
  ["a value that was written later", "b", 2],
  ["a value that never was", "c", 3],
])("%s is a wrong one", (_title, value, upTo) => {
  expect(reported(value, upTo)).toEqual([
    `operation 7, {"type":"get","key":"k"}, was answered "${value}", which is right after none of the entries up to ${upTo}`,
  ]);
});

test("stale reads are judged in a run, and are in no history", () => {
  const plan = planOf(defineScenario({ name: "stale", duration: "1s", settle: "5s" }), 1);
  const reading = { consistency: "stale", node: "n2" } as const;
  const operations = plan.operations.map((one) => (one.read ? { ...one, reading } : one));
  const { violations, history, coverage } = simulate({ ...plan, operations });
  expect(violations).toEqual([] satisfies readonly Violation[]);
  const reads = operations.filter(({ read }) => read).length;
  expect(reads).toBeGreaterThan(5);
  expect(history.operations.length).toBe((coverage["operations"] ?? 0) - reads);
});
