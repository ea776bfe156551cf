import type { CLOCK_FAULTS } from "./clock.ts";
import type { DISK_FAULTS } from "./disk.ts";
import type { ActionsOf } from "./kind.ts";
import type { MEMBERSHIP_FAULTS } from "./membership.ts";
import type { NETWORK_FAULTS } from "./network.ts";
import type { PROCESS_FAULTS } from "./process.ts";

/** Faults of the network, by their names. */
export interface NetworkFaults extends ActionsOf<typeof NETWORK_FAULTS> {}

/** Faults of a disk, by their names. */
export interface DiskFaults extends ActionsOf<typeof DISK_FAULTS> {}

/** Faults of a process, by their names. */
export interface ProcessFaults extends ActionsOf<typeof PROCESS_FAULTS> {}

/** Faults of a node's clock, by their names. */
export interface ClockFaults extends ActionsOf<typeof CLOCK_FAULTS> {}

/** What operators do, by its names. */
export interface MembershipFaults extends ActionsOf<typeof MEMBERSHIP_FAULTS> {}

/** A fault of the network. */
export type NetworkFault = NetworkFaults[keyof NetworkFaults];

/** A fault of a disk. */
export type DiskFault = DiskFaults[keyof DiskFaults];

/** A fault of a process. */
export type ProcessFault = ProcessFaults[keyof ProcessFaults];

/** A fault of a node's clock. */
export type ClockFault = ClockFaults[keyof ClockFaults];

/** Something that an operator does. */
export type MembershipFault = MembershipFaults[keyof MembershipFaults];

/** Anything that can go wrong. */
export type FaultAction = NetworkFault | DiskFault | ProcessFault | ClockFault | MembershipFault;

/** The name of a kind of fault. */
export type FaultType = FaultAction["type"];
