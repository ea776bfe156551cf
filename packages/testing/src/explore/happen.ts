import { AssertionError, type Event } from "@kontiki/core";
import type { Bounds } from "./bounds.ts";
import { isUnsynced, type ExploredNode, type ExploredPacket } from "./explored-node.ts";
import { Broken, Turn } from "./turn.ts";

/** What a node may meet, as a number: one of these, then the others of the proposals, then a message. */
export const TRIGGER = {
  election: 0,
  heartbeat: 1,
  silence: 2,
  sync: 3,
  none: 4,
  propose: 5,
} as const;

/** How an event ends: as it should, or in a crash that loses what is not synced, or keeps it. */
export const END = { well: 0, losing: 1, keeping: 2 } as const;

/** Something that may happen at a node. */
export type Occurrence = {
  readonly trigger: number;
  /** The message, if that is what triggers it. */
  readonly packet: ExploredPacket | undefined;
  readonly end: number;
};

/** A node after something happened. */
export type Aftermath = {
  readonly next: ExploredNode;
  /** The node as it was right before it crashed: others may have seen it lead, or commit. */
  readonly crashed: ExploredNode | undefined;
  readonly sent: readonly ExploredPacket[];
  /** Bits of `HAPPENED`. */
  readonly happened: number;
  /** What is wrong, as a sentence. */
  readonly broken: string | undefined;
};

/**
 * What comes of something that happens at a node; undefined when it cannot happen there.
 *
 * A node's disk is synced at the end of each turn, and a crash may come in between: what leaves before the sync has left
 * then, the rest has not. With `asyncDisk` turns do not sync, and a crash may only come between events, which comes to
 * the same.
 */
export function happen(
  bounds: Bounds,
  local: ExploredNode,
  occurrence: Occurrence,
): Aftermath | undefined {
  const { trigger, packet, end } = occurrence;
  if (!isPossible(bounds, local, occurrence)) return undefined;
  const turn = new Turn(bounds, local);
  let broken: string | undefined;
  let crashed: ExploredNode | undefined;
  try {
    if (trigger === TRIGGER.sync) turn.sync();
    else if (trigger !== TRIGGER.none) turn.handle(eventOf(trigger, packet), { type: "replicate" });
    if (end === END.keeping && !turn.isUnsynced) return undefined;
    if (end !== END.well) {
      crashed = turn.local;
      turn.crash(end === END.keeping ? "everything" : "nothing");
    } else if (!bounds.asyncDisk) turn.sync();
  } catch (error) {
    if (!(error instanceof Broken || error instanceof AssertionError)) throw error;
    broken = `${error.name === "Broken" ? "" : `${local.node} fails: `}${error.message}`;
  }
  return { next: turn.local, crashed, sent: turn.sent, happened: turn.happened, broken };
}

function isPossible(bounds: Bounds, local: ExploredNode, occurrence: Occurrence): boolean {
  const { trigger, end } = occurrence;
  const { role, durable } = local.state;
  const { asyncDisk, configs } = bounds;
  if (asyncDisk && end !== END.well && trigger !== TRIGGER.none) return false;
  switch (trigger) {
    case TRIGGER.election:
      return role.type !== "leader";
    case TRIGGER.heartbeat:
      return role.type === "leader";
    case TRIGGER.silence:
      return role.type === "follower" && role.heard && (configs[0]?.quorumBeats ?? 0) > 0;
    case TRIGGER.sync:
      return (
        asyncDisk && (isUnsynced(local) || local.held.length > 0 || durable < local.log.length)
      );
    case TRIGGER.none:
      return end !== END.well;
    default:
      return occurrence.packet !== undefined || role.type === "leader";
  }
}

/** What the core is told. Clients propose `x1`, `x2` and so on, in this order. */
export function eventOf(trigger: number, packet: ExploredPacket | undefined): Event<string> {
  if (packet !== undefined)
    return { type: "message", from: packet.from, fromUid: 0, toUid: 0, message: packet.message };
  switch (trigger) {
    case TRIGGER.election:
      return { type: "electionTimeout" };
    case TRIGGER.heartbeat:
      return { type: "heartbeatTimeout" };
    case TRIGGER.silence:
      return { type: "leaderSilent" };
    default:
      return { type: "propose", commands: [`x${trigger - TRIGGER.propose + 1}`] };
  }
}
