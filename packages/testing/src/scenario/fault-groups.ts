import type { FaultAction, FaultType } from "./fault.ts";

/** The kinds of faults that belong together, by the name that a swarm and a check may give them. */
export const FAULT_GROUPS = {
  network: [
    "partition",
    "oneWay",
    "delay",
    "loss",
    "duplicate",
    "reorder",
    "replay",
    "clog",
    "swizzle",
    "bandwidth",
  ],
  disk: [
    "diskError",
    "diskFull",
    "slowDisk",
    "stallDisk",
    "bitRot",
    "misdirect",
    "wipe",
    "swapDisks",
  ],
  process: ["crash", "crashAll", "crashLoop", "stop", "pause"],
  clock: ["drift", "step", "strobe"],
  membership: [
    "add",
    "remove",
    "replace",
    "addLearner",
    "promote",
    "grow",
    "shrink",
    "transfer",
    "snapshot",
    "compact",
  ],
} as const satisfies Readonly<Record<string, readonly FaultType[]>>;

/** The name of such a group. */
export type FaultGroup = keyof typeof FAULT_GROUPS;

type TypeOf<Group extends FaultGroup> = (typeof FAULT_GROUPS)[Group][number];

/** Whether a kind of fault is one of these. */
export function isTypeOf<Group extends FaultGroup>(
  group: Group,
  type: FaultType,
): type is TypeOf<Group> {
  const types: readonly FaultType[] = FAULT_GROUPS[group];
  return types.includes(type);
}

/** Whether a fault is one of these. */
export function isOf<Group extends FaultGroup>(
  group: Group,
  fault: FaultAction,
): fault is Extract<FaultAction, { readonly type: TypeOf<Group> }> {
  return isTypeOf(group, fault.type);
}
