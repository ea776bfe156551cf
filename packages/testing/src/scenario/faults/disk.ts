import * as v from "valibot";
import { durations, oneOf, text, whole } from "../written/values.ts";
import { node, written } from "./fields.ts";
import { kindsDrawing, LATE_MS, one, TARGETS, upTo } from "./kind.ts";

/** Which operations of a disk fail. */
export const DISK_OPERATIONS = ["write", "sync", "read", "any"] as const;

/** One of `DISK_OPERATIONS`. */
export type DiskOperation = (typeof DISK_OPERATIONS)[number];

const fault = kindsDrawing(({ chance }) => ({ node: one(TARGETS, chance) }));

/** Faults of a disk. */
export const DISK_FAULTS = {
  /** Operations of the disk fail. */
  diskError: fault({
    written: written("node", { node, operation: v.optional(oneOf(...DISK_OPERATIONS), "any") }),
    draw: ({ node: struck, chance }) => ({ node: struck, operation: one(DISK_OPERATIONS, chance) }),
    evidence: ["disk.errors.write", "disk.errors.sync", "disk.errors.read"],
  }),
  /** The disk has no space left. */
  diskFull: fault({
    written: written("node", { node }),
    draw: ({ node: struck }) => ({ node: struck }),
    evidence: ["disk.full"],
  }),
  /** A sync takes longer. */
  slowDisk: fault({
    written: written("by", { node, by: durations(0) }),
    draw: ({ node: struck, chance }) => ({ node: struck, ms: upTo(one(LATE_MS, chance)) }),
    evidence: ["disk.slowed"],
  }),
  /** Every sync waits until the fault ends. */
  stallDisk: fault({
    written: written("node", { node }),
    draw: ({ node: struck }) => ({ node: struck }),
    evidence: ["disk.stalled"],
  }),
  /** One durable bit changes. When the fault ends, the node restarts and reads it. */
  bitRot: fault({
    written: written("node", { node, what: v.optional(oneOf("log", "snapshot"), "log") }),
    draw: ({ node: struck, chance }) => ({
      node: struck,
      what: one(["log", "log", "snapshot"] as const, chance),
    }),
    evidence: ["disk.rotten.log", "disk.rotten.snapshot", "recoveries.damaged"],
  }),
  /** A write of the log lands at another place of its file. When the fault ends, the node restarts and reads it. */
  misdirect: fault({
    written: written("node", { node }),
    draw: ({ node: struck }) => ({ node: struck }),
    evidence: ["disk.misdirected"],
  }),
  /**
   * Up to `ranges` parts of each log, or of each node's snapshots, are damaged at one moment, from one bit to 1,024 bytes, the last write included; then
   * the nodes restart and read it. Every lost entry stays intact on another disk, unless a minority has all the damage.
   */
  scatter: fault({
    written: written("node", {
      node: v.optional(text, "all"),
      ranges: v.optional(whole(1, 64), 4),
      what: v.exactOptional(oneOf("log", "snapshot")),
    }),
    draw: ({ node: struck, chance }) => ({
      node: one(["all", "all", "majority", struck], chance),
      ranges: one([1, 4, 16] as const, chance),
      ...(chance.happens(1 / 4) ? { what: "snapshot" as const } : {}),
    }),
    evidence: ["disk.scattered", "recoveries.fetched", "recoveries.leaderless"],
    lasts: false,
  }),
  /** The node gets a new, empty disk under the same name: it has a new uid and asks to rejoin. */
  wipe: fault({
    written: written("node", { node }),
    draw: ({ node: struck }) => ({ node: struck }),
    threads: "operator",
  }),
  /** Two nodes start with each other's disks, which they must refuse. */
  swapDisks: fault({
    written: written("node", { node }),
    draw: ({ node: struck }) => ({ node: struck }),
    evidence: ["swap.refused"],
  }),
} as const;
