import type { FaultAction } from "./faults/action.ts";
import type { FaultMoment } from "./faults/moments.ts";

/**
 * What a nemesis can do. Faults are plain data: a scenario names them, a seed draws them, a token carries them. Their
 * types follow from the table in `faults/`.
 *
 * @module
 */
export type * from "./faults/action.ts";
export type { DISK_OPERATIONS, DiskOperation } from "./faults/disk.ts";
export type { Range, Target } from "./faults/kind.ts";
export type { FaultMoment } from "./faults/moments.ts";
export type { CRASH_POINTS, CrashPoint, Kept, KEPTS } from "@kontiki/actors/node";

/** A fault at its time. */
export type Fault = FaultAction & {
  /** When it begins, in ms from the start of the run. */
  readonly at: number;
  /** How long it lasts, in ms; without it until the faults of the run end. A crash, a step, a change is over at once. */
  readonly for?: number;
  /** Begins at the first such moment after `at`, or up to 2 s after `at` if none came by then. Threads show only some moments. */
  readonly when?: FaultMoment;
};
