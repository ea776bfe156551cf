import { expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { readFault } from "../../../packages/testing/src/scenario/read-fault.ts";
import {
  factsOf,
  FAULT_GROUPS,
  FAULT_TYPES,
  isFaultType,
} from "../../../packages/testing/src/scenario/faults/table.ts";
import { faultDocs } from "../support/fault-docs.ts";

test("the list of faults for authors of scenarios is that of the table", async () => {
  await expect(await faultDocs()).toMatchFileSnapshot(
    "../../../packages/testing/scenarios/FAULTS.md",
  );
});

test("each kind of fault is in one group", () => {
  expect(Object.values(FAULT_GROUPS).flat()).toEqual(FAULT_TYPES);
  expect(new Set(FAULT_TYPES).size).toBe(FAULT_TYPES.length);
  expect(FAULT_TYPES.every(isFaultType)).toBe(true);
  expect(["toString", "fault"].filter(isFaultType)).toEqual([]);
});

/** What an author writes for these fields of a fault. */
const WRITTEN: Readonly<Record<string, string>> = { ms: "by", downMs: "down", everyMs: "every" };

test.each(FAULT_TYPES)("%s: what a seed draws can be written in a scenario", (type) => {
  for (let seed = 0; seed < 20; seed += 1) {
    const chance = new Chance(seed);
    const drawn = factsOf(type).draw({ nodes: 5, clockDrift: undefined, forMs: 100, chance });
    const written: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(drawn)) written[WRITTEN[name] ?? name] = value;
    expect(readFault({ at: 0, [type]: written }, [])).toEqual({ at: 0, type, ...drawn });
  }
});
