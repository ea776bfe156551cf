import type * as v from "valibot";
import type { FaultType } from "./action.ts";
import { CLOCK_FAULTS } from "./clock.ts";
import { DISK_FAULTS } from "./disk.ts";
import type { FaultKind } from "./kind.ts";
import { MEMBERSHIP_FAULTS } from "./membership.ts";
import { NETWORK_FAULTS } from "./network.ts";
import { PROCESS_FAULTS } from "./process.ts";

/** The name of a group of kinds. */
export type FaultGroup = "network" | "disk" | "process" | "clock" | "membership";

/** The kinds of faults in groups, by the name that a scenario may give a whole group. */
const GROUPS = {
  network: NETWORK_FAULTS,
  disk: DISK_FAULTS,
  process: PROCESS_FAULTS,
  clock: CLOCK_FAULTS,
  membership: MEMBERSHIP_FAULTS,
} as const satisfies Record<FaultGroup, object>;

/** Every kind of fault by its name: the one table that all else about faults is derived from, but for their effects. */
export const FAULTS = {
  ...NETWORK_FAULTS,
  ...DISK_FAULTS,
  ...PROCESS_FAULTS,
  ...CLOCK_FAULTS,
  ...MEMBERSHIP_FAULTS,
} as const satisfies Readonly<Record<FaultType, object>>;

/** The names of the kinds in a group. */
export type TypeIn<Group extends FaultGroup> = keyof (typeof GROUPS)[Group];

/** The names of the kinds that the operator of a cluster of threads carries out. */
export type OperatorType = {
  [Type in FaultType]: (typeof FAULTS)[Type]["threads"] extends "operator" ? Type : never;
}[FaultType];

/** The names of all kinds of faults, group by group. */
export const FAULT_TYPES = Object.keys(FAULTS) as readonly FaultType[];

/** The kinds of faults that belong together, by the name that a swarm and a check may give them. */
export const FAULT_GROUPS: Readonly<Record<FaultGroup, readonly FaultType[]>> = {
  network: typesIn("network"),
  disk: typesIn("disk"),
  process: typesIn("process"),
  clock: typesIn("clock"),
  membership: typesIn("membership"),
};

function typesIn(group: FaultGroup): readonly FaultType[] {
  return Object.keys(GROUPS[group]) as readonly FaultType[];
}

/** All facts about a kind of fault, whichever it is. */
export function factsOf(type: FaultType): FaultKind {
  return FAULTS[type] as unknown as FaultKind;
}

/** Reads what is written under the name of a kind. */
export function schemaOf(type: FaultType): v.GenericSchema<unknown, object> {
  return factsOf(type).written.schema(type);
}

/** Whether a text is the name of a kind of fault. */
export function isFaultType(name: string): name is FaultType {
  return Object.hasOwn(FAULTS, name);
}

/** Whether a group has a kind. */
export function isTypeIn<Group extends FaultGroup>(
  group: Group,
  type: FaultType,
): type is FaultType & TypeIn<Group> {
  return Object.hasOwn(GROUPS[group], type);
}
