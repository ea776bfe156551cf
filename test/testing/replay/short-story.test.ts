import { KeyValue, type KeyValueCommand, type KeyValueResult } from "@kontiki/actors";
import {
  decodeToken,
  defineScenario,
  finish,
  keyValueSpecification,
  planFrom,
  planOf,
  runToken,
  shrinkInSlices,
  simulate,
  simulateInSlices,
  tellRun,
  type SimulateOptions,
} from "@kontiki/testing";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";

/** Forgets what an append adds to. */
class Forgetful extends KeyValue {
  override apply(command: KeyValueCommand): KeyValueResult {
    if (command.type !== "append") return super.apply(command);
    super.apply({ ...command, type: "put" });
    return command.value.length;
  }
}

const OPTIONS: SimulateOptions = {
  machine: () => new Forgetful(),
  specification: keyValueSpecification,
};

const CHURN = defineScenario({
  name: "churn",
  nodes: 3,
  duration: "1s",
  cluster: { electionTimeout: "100ms", heartbeat: "20ms", maxAppendBytes: 64 },
  nemesis: { faults: ["partition", "crash", "delay"], every: "100ms..300ms" },
});

test("the failure of a broken machine shrinks to a short story that its token repeats", () => {
  const plan = planOf(CHURN, 7);
  const failed = { plan, result: simulate(plan, OPTIONS) };
  const [first] = failed.result.violations;
  expect(first?.check).toBe("linearizable");
  const work = shrinkInSlices(failed, "linearizable", (next) => simulateInSlices(next, OPTIONS));
  const { plan: smallest, result } = finish(work);
  const { story, slice } = tellRun(smallest, OPTIONS);
  expect(slice.of).toBe(story.length);
  expect(slice.lines.length).toBeLessThanOrEqual(15);
  // Nothing is told that did not happen, and nothing in another order.
  const places = slice.lines.map((line) => story.findIndex((one) => isDeepStrictEqual(one, line)));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(slice.lines.at(-1)?.what).toMatch(/^VIOLATED linearizable: /);

  const token = runToken(smallest, { check: "linearizable", hash: result.hash }, planOf);
  const decoded = decodeToken(token);
  if (decoded.type !== "run") throw new Error("this is the token of a run");
  const again = tellRun(planFrom(decoded.recipe, planOf), OPTIONS);
  expect(again.result).toEqual(result);
  expect(again.slice).toEqual(slice);
});
