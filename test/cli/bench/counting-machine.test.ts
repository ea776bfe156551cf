import { expect, test } from "vitest";
import makeMachine, { APPLIED_PUTS } from "../../../packages/cli/dist/bench/counting-machine.js";

const COUNT = { type: "get", key: APPLIED_PUTS } as const;

test("the machine of a bench counts puts, and its snapshots have the number", () => {
  const [machine, restored] = [makeMachine(), makeMachine()];
  for (const value of ["a", "b"]) machine.apply({ type: "put", key: "k", value });
  machine.apply({ type: "delete", key: "k" });
  machine.apply({ type: "get", key: "k" });
  const parts = machine.snapshotParts();
  machine.apply({ type: "put", key: "k", value: "after the snapshot" });
  restored.restoreParts(parts);
  restored.apply({ type: "put", key: "k", value: "after the snapshot" });
  expect([machine.query(COUNT), restored.query(COUNT)]).toEqual(["3", "3"]);
  expect(restored.snapshot()).toEqual(machine.snapshot());
});
