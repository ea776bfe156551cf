import { isNodeId } from "@kontiki/core";
import { decimal, flag, isRecord, rule, whole } from "../options/rules.ts";
import { checkOptions, fields, needed, type Schema } from "../options/schema.ts";
import { givenDisk } from "../storage/disk/given-disk.ts";
import { WAL_OPTIONS } from "../storage/recovery/open-checked.ts";
import { openNode as open, type NodeSetup } from "./open-node.ts";
import type { SessionLimits } from "../sessions/sessions.ts";
import type { NodeLimits } from "./node-parts.ts";
import { ReadIds } from "./reads.ts";
import type { SnapshotPolicy } from "./snapshot-taker.ts";

const anyFunction = (value: unknown): boolean => typeof value === "function";

const NODE_SETUP: Schema<NodeSetup> = {
  config: needed(
    rule("what makeConfig returns", (value) => isRecord(value) && isNodeId(value["id"])),
  ),
  disk: needed(givenDisk),
  machine: needed(rule("a state machine", (value) => typeof value === "object" && value !== null)),
  readIds: needed(rule("new ReadIds(incarnation)", (value) => value instanceof ReadIds)),
  policy: needed(
    fields<SnapshotPolicy>({
      entries: needed(whole(1)),
      bytes: needed(whole(1)),
      share: decimal(0, Infinity),
      inTurns: flag,
    }),
  ),
  lease: fields({
    electionTimeoutMs: needed(decimal(0, Infinity)),
    clockDrift: needed(decimal(0, 0.9)),
  }),
  tracer: needed(rule("a function that makes a tracer, or returns undefined", anyFunction)),
  observer: rule("a function that gets each step", anyFunction),
  entries: rule(
    "{ applied, restored }, two functions",
    (value) => isRecord(value) && anyFunction(value["applied"]) && anyFunction(value["restored"]),
  ),
  wal: fields(WAL_OPTIONS),
  limits: fields<Partial<NodeLimits>>({
    turnEntries: whole(1),
    sessions: fields<SessionLimits>({
      sessionsMax: needed(whole(1)),
      idleEntries: needed(whole(1, 2 ** 31)),
    }),
  }),
};

/**
 * Recovers a node from its disk, as at a start.
 *
 * @throws KontikiError for a wrong setup; DiskError when the disk refuses, and everything that `openStorage` throws.
 * Nothing is left open then.
 */
export function openNode(setup: NodeSetup): ReturnType<typeof open> {
  checkOptions("openNode", NODE_SETUP, setup, "setup");
  return open(setup);
}
