import { decimal, flag, rule } from "../options/rules.ts";
import type { Schema } from "../options/schema.ts";

/** All of them. */
export const DISK_OPERATIONS = [
  "write",
  "sync",
  "read",
] as const satisfies readonly DiskOperation[];

/** An operation of a disk that can be made to fail. */
export type DiskOperation = "write" | "sync" | "read";

/**
 * What is wrong with a node's disk and its clock, over all its lives until something else is said. What is left out is as
 * it should be.
 */
export type Disturbance = {
  /** These operations of the disk fail (EIO). A write that fails may have written a part. */
  readonly failing?: readonly DiskOperation[];
  /** The disk has room for this many more bytes, from 0; later writes fail (ENOSPC) after a part. */
  readonly freeBytes?: number | undefined;
  /** Whatever waits for the device takes longer by this, least and most, in ms. */
  readonly slowMs?: readonly [least: number, most: number];
  /** Whatever waits for the device waits until this is over. */
  readonly isStalled?: boolean;
  /** How fast the clock runs, 0.01 to 100; 1 is right. */
  readonly clockRate?: number;
  /** How far the clock has jumped, in whole ms, ahead or back. */
  readonly clockJumpMs?: number;
};

const MS_MAX = 1e6;

/** How a disturbance is checked. */
export const DISTURBANCE: Schema<Disturbance> = {
  failing: rule<readonly DiskOperation[]>(
    `a list of ${DISK_OPERATIONS.join(", ")}`,
    (value) =>
      Array.isArray(value) && value.every((one) => DISK_OPERATIONS.includes(one as DiskOperation)),
  ),
  freeBytes: decimal(0, 2 ** 31 - 1),
  slowMs: rule<readonly [number, number]>(
    `two numbers of ms from 0 to ${MS_MAX}, the least first`,
    isRange,
  ),
  isStalled: flag,
  clockRate: decimal(0.01, 100),
  clockJumpMs: decimal(-(2 ** 31), 2 ** 31 - 1),
};

function isRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [least, most] = value as [unknown, unknown];
  if (typeof least !== "number" || typeof most !== "number") return false;
  return least >= 0 && least <= most && most <= MS_MAX;
}
