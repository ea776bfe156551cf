import { ClusterFaults } from "../../../packages/actors/src/cluster/cluster-faults.ts";
import { FaultCells } from "../../../packages/actors/src/faults/fault-cells.ts";
import type { RemoteSupervisor } from "../../../packages/actors/src/program/remote-supervisor.ts";
import { CrashGate, type ArmedCrash } from "../../../packages/actors/src/threads/crash-gate.ts";
import { faultMemory } from "../../../packages/actors/src/threads/node-faults.ts";
import { expect, test } from "vitest";

/** Faults of one node, without a supervisor that could act, and the memory that the node's threads see. */
function faultsOf(): {
  readonly faults: ClusterFaults;
  readonly cells: FaultCells;
  readonly gate: CrashGate;
} {
  const memory = faultMemory();
  const disk = { type: "memory", files: [], owner: "n1" };
  const supervisor = { children: [{ id: "n1", faults: { ...memory, disk } }] };
  return {
    faults: new ClusterFaults(
      { carrier: undefined },
      () => supervisor as never as RemoteSupervisor,
    ),
    cells: new FaultCells(memory.cells),
    gate: new CrashGate(memory.gate),
  };
}

test("a crash is armed when the call returns, with what its loss of power leaves, until it strikes", () => {
  const { faults, gate } = faultsOf();
  expect(gate.armed).toBeUndefined();
  faults.crashAt("n1", "inSync", "nothing");
  expect(gate.armed).toEqual({ point: "inSync", kept: "nothing" });
  faults.crashAt("n1", "afterSave");
  expect(gate.armed).toEqual({ point: "afterSave", kept: undefined });
  const struck: ArmedCrash[] = [];
  gate.pass("inSync", (crash) => struck.push(crash));
  // A thread stands still for ever after its report; this one has more to look at.
  const strike = (crash: ArmedCrash): never => {
    struck.push(crash);
    throw new Error("here it ends");
  };
  expect(() => gate.pass("afterSave", strike)).toThrow("here it ends");
  expect([struck, gate.armed]).toEqual([[{ point: "afterSave", kept: undefined }], undefined]);
  faults.crashAt("n1", "inApply", "torn");
  faults.crashAt("n1", undefined);
  expect(gate.armed).toBeUndefined();
});

test("a disturbance holds when the call returns, and the room of a disk that stays full is not filled up again", () => {
  const { faults, cells } = faultsOf();
  faults.disturb("n1", { failing: ["sync"], freeBytes: 10, clockRate: 2 });
  expect([cells.isFailing("sync"), cells.isFailing("write"), cells.clockRate]).toEqual([
    true,
    false,
    2,
  ]);
  expect(cells.takeSpace(7)).toBe(7);
  faults.disturb("n1", { freeBytes: 10 });
  expect([cells.isFailing("sync"), cells.takeSpace(7)]).toEqual([false, 3]);
  faults.disturb("n1", { freeBytes: 5 });
  expect(cells.takeSpace(7)).toBe(5);
  faults.disturb("n1", {});
  expect(cells.takeSpace(7)).toBe(7);
  faults.disturb("n1", { freeBytes: 5 });
  expect(cells.takeSpace(7)).toBe(5);
});
