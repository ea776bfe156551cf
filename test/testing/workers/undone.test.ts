import type { Fault, Plan } from "@kontiki/testing";
import { expect, test } from "vitest";
import { undone } from "../../../packages/testing/src/workers/undone.ts";

const whyNot = (type: string): string | undefined =>
  type === "add" || type === "wipe" ? `no ${type} here` : undefined;

/** A plan whose scenario lists some kinds of faults and draws others. */
function planOf(
  listed: readonly string[],
  drawn: readonly string[] = [],
  nemesis?: { readonly faults: readonly string[]; readonly swarm: boolean },
): Pick<Plan, "scenario" | "faults"> {
  const faults = listed.map((type) => ({ type }) as Fault);
  const planned = [...listed, ...drawn].map((type, id) => ({ type, id }));
  return { scenario: { faults, nemesis }, faults: planned } as unknown as Plan;
}

test.each([
  ["nothing is asked", planOf([]), []],
  ["all can be done", planOf(["crash", "pause"]), []],
  ["one of the listed kinds cannot", planOf(["crash", "add", "add"]), ["add"]],
  ["a drawn kind cannot", planOf([], [], { faults: ["crash", "wipe"], swarm: false }), ["wipe"]],
  [
    "a kind that a swarm draws cannot",
    planOf([], ["crash", "wipe"], { faults: ["crash", "wipe"], swarm: true }),
    [],
  ],
  [
    "nothing that a swarm draws can",
    planOf([], ["add", "wipe"], { faults: ["crash", "add", "wipe"], swarm: true }),
    ["add", "wipe"],
  ],
] as const)("where %s", (_, plan, kinds) => {
  const lines = kinds.map((type) => `${type} was not done: no ${type} here`);
  expect(undone(plan, { whyNot })).toEqual(lines);
  expect(undone(plan, {})).toEqual([]);
});
