import { AssertionError, type Event, type NodeId } from "@kontiki/core";
import type { Bounds } from "./bounds.ts";
import { Broken } from "./broken.ts";
import { endOfLog, isUnsynced, type ExploredNode, type ExploredPacket } from "./explored-node.ts";
import type { ReadReport } from "./reads.ts";
import type { Happened } from "./happened.ts";
import type { OpenPoints } from "../sometimes/open-points.ts";
import type { Occasion } from "./trigger.ts";
import { Turn } from "./turn.ts";

/** How an event ends: well, in a crash that loses unsynced writes, or in a crash that keeps them. */
export const END = { well: 0, losing: 1, keeping: 2 } as const;

/** An event that may occur at a node: the arrival of a message, or something else. */
export type Occurrence = {
  readonly cause: { readonly type: "message"; readonly packet: ExploredPacket } | Occasion;
  readonly end: number;
};

/** The result of an event at a node. */
export type Aftermath = {
  readonly next: ExploredNode;
  /** The node immediately before it crashed: others may have seen it lead or commit. */
  readonly crashed: ExploredNode | undefined;
  readonly sent: readonly ExploredPacket[];
  readonly happened: ReadonlySet<Happened>;
  /** What it means for reads and leases. */
  readonly reads: ReadReport;
  /** The violation, as a sentence. */
  readonly broken: string | undefined;
};

/**
 * Runs an event at a node. @returns undefined when the event is not possible there.
 *
 * Each turn ends with a sync of the node's disk. A crash can come before it: then only the messages that leave before the
 * sync have left. With `asyncDisk` a turn has no sync, and a crash only comes between events, which has the same effect.
 */
export function runOccurrence(
  bounds: Bounds,
  local: ExploredNode,
  occurrence: Occurrence,
  points: OpenPoints,
): Aftermath | undefined {
  const { cause, end } = occurrence;
  if (!isPossible(bounds, local, occurrence)) return undefined;
  const turn = new Turn(bounds, local, points);
  let broken: string | undefined;
  let crashed: ExploredNode | undefined;
  try {
    if (cause.type === "lose" || cause.type === "wipe") {
      crashed = turn.local;
      if (cause.type === "lose") turn.lose(cause.entry);
      else turn.wipe(cause.uid);
    } else if (cause.type === "sync") turn.sync();
    else if (cause.type === "takeSnapshot") turn.takeSnapshot();
    else if (cause.type !== "crash") turn.handle(eventOf(cause), contentOf(cause));
    if (cause.type === "peerDown" && turn.local.state === local.state) return undefined;
    if (turn.refused || (end === END.keeping && !turn.isUnsynced)) return undefined;
    if (end !== END.well) {
      crashed = turn.local;
      turn.crash(end === END.keeping ? "everything" : "nothing");
    } else if (!bounds.asyncDisk && crashed === undefined) turn.sync();
  } catch (error) {
    if (!(error instanceof Broken || error instanceof AssertionError)) throw error;
    broken = `${error.name === "Broken" ? "" : `${local.node} fails: `}${error.message}`;
  }
  const reads = {
    passed: turn.passed,
    asked: cause.type === "read" ? cause.id : undefined,
    answered: turn.answered,
    refused: turn.refusedReads,
    crashes: crashed !== undefined,
  };
  return { next: turn.local, crashed, sent: turn.sent, happened: turn.happened, reads, broken };
}

function leaderOf({ state: { role } }: ExploredNode): NodeId | undefined {
  return role.type === "follower" ? role.leader : undefined;
}

function isPossible(
  { asyncDisk }: Bounds,
  local: ExploredNode,
  { cause, end }: Occurrence,
): boolean {
  const { role, durable } = local.state;
  if (asyncDisk && end !== END.well && cause.type !== "crash") return false;
  switch (cause.type) {
    case "message":
      return true;
    case "electionTimeout":
      return role.type !== "leader";
    case "heartbeatTimeout":
    case "propose":
      return role.type === "leader";
    case "leaderSilent":
      return role.type === "follower" && role.heard;
    case "sync":
      return isUnsynced(local) || local.held.length > 0 || durable < endOfLog(local);
    case "crash":
      return end !== END.well;
    case "lose":
      return end === END.well && cause.entry <= local.disk.log.length;
    case "read":
      // A node that knows no leader refuses at once.
      return role.type === "leader" || (!cause.leased && leaderOf(local) !== undefined);
    case "changeMembership":
    case "transfer":
      return role.type === "leader";
    case "takeSnapshot":
      return local.state.commit > (local.state.snapshot?.index ?? 0);
    case "wipe":
      return end === END.well;
    case "peerDown":
      return cause.peer !== local.node;
    default:
      return cause satisfies never;
  }
}

/** What the snapshot holds of which a message carries a part. */
function contentOf(cause: Occurrence["cause"]): ExploredPacket["content"] {
  return cause.type === "message" ? cause.packet.content : undefined;
}

/** The event for the core. */
function eventOf(cause: Occurrence["cause"]): Event<string> {
  switch (cause.type) {
    case "message": {
      const { from, fromUid = 0, toUid = 0, message } = cause.packet;
      return { type: "message", from, fromUid, toUid, message };
    }
    case "propose":
      return { type: "propose", commands: [cause.command] };
    case "read":
    case "changeMembership":
    case "transfer":
      return cause;
    case "peerDown":
      return { type: "peerDown", node: cause.peer };
    case "electionTimeout":
    case "heartbeatTimeout":
    case "leaderSilent":
      return { type: cause.type };
    case "sync":
    case "crash":
    case "lose":
    case "wipe":
    case "takeSnapshot":
      throw new RangeError(`${cause.type} is no event of the core`);
    default:
      return cause satisfies never;
  }
}
