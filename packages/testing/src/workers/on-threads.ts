import type { Fault } from "../scenario/fault.ts";
import { factsOf } from "../scenario/faults/table.ts";

/** Why a fault is impossible on threads; undefined when it is possible. */
export function objectionOnThreads(fault: Fault): string | undefined {
  if (fault.when !== undefined) return "threads do not show the moment that it waits for";
  if (fault.type === "crash" && fault.point !== undefined)
    return "a thread cannot be ended at a point of its turn";
  if ("kept" in fault && fault.kept !== undefined && fault.kept !== "everything")
    return "threads lose nothing that was written";
  const { threads } = factsOf(fault.type);
  return typeof threads === "string" ? undefined : threads.impossible;
}
