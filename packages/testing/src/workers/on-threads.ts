import type { Fault, FaultType } from "../scenario/fault.ts";

const DISKS = "the disks of threads cannot be made to fail";
const CLOCKS = "all threads have one clock";

/** Why faults of a kind cannot be done to threads; all others can. */
const IMPOSSIBLE: Readonly<Partial<Record<FaultType, string>>> = {
  diskError: DISKS,
  diskFull: DISKS,
  slowDisk: DISKS,
  stallDisk: DISKS,
  bitRot: DISKS,
  misdirect: DISKS,
  swapDisks: DISKS,
  drift: CLOCKS,
  step: CLOCKS,
  strobe: CLOCKS,
};

/** Why a fault cannot be done to threads; undefined when it can. */
export function whyNotOnThreads(fault: Fault): string | undefined {
  if (fault.type === "crash" && fault.point !== undefined)
    return "a thread cannot be ended at a point of its turn";
  if ("kept" in fault && fault.kept !== undefined && fault.kept !== "everything")
    return "threads lose nothing that was written";
  return IMPOSSIBLE[fault.type];
}
