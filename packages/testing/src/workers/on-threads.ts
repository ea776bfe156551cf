import type { Fault } from "../scenario/fault.ts";
import { factsOf } from "../scenario/faults/table.ts";

/** Why a fault is impossible on threads; undefined when it is possible. */
export function objectionOnThreads(fault: Fault): string | undefined {
  const { threads } = factsOf(fault.type);
  return typeof threads === "string" ? undefined : threads.impossible;
}
