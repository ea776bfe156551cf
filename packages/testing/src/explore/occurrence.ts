import { AssertionError, type Event } from "@kontiki/core";
import type { Bounds } from "./bounds.ts";
import { isUnsynced, type ExploredNode, type ExploredPacket } from "./explored-node.ts";
import { Broken, Turn } from "./turn.ts";

/**
 * The triggers of events, as numbers: first these, then one number for each further proposal, then one for each entry that may be
 * lost, then the messages.
 */
export const TRIGGER = {
  election: 0,
  heartbeat: 1,
  silence: 2,
  sync: 3,
  none: 4,
  propose: 5,
} as const;

/** The trigger of the loss of the entry with index 0; those of the other entries follow. */
export function lossTrigger({ proposals }: Bounds): number {
  return TRIGGER.propose + proposals - 1;
}

/** The last trigger that is no message. A log has at most one no-op of each term, and the proposals. */
export function lastTrigger(bounds: Bounds): number {
  const { terms, proposals, damage } = bounds;
  return lossTrigger(bounds) + (damage === 0 ? 0 : terms + proposals);
}

/** How an event ends: well, in a crash that loses unsynced writes, or in a crash that keeps them. */
export const END = { well: 0, losing: 1, keeping: 2 } as const;

/** An event that may occur at a node. */
export type Occurrence = {
  readonly trigger: number;
  /** The message, if one triggers the event. */
  readonly packet: ExploredPacket | undefined;
  readonly end: number;
};

/** The result of an event at a node. */
export type Aftermath = {
  readonly next: ExploredNode;
  /** The node immediately before it crashed: others may have seen it lead or commit. */
  readonly crashed: ExploredNode | undefined;
  readonly sent: readonly ExploredPacket[];
  /** Bits of `HAPPENED`. */
  readonly happened: number;
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
): Aftermath | undefined {
  const { trigger, packet, end } = occurrence;
  if (!isPossible(bounds, local, occurrence)) return undefined;
  const turn = new Turn(bounds, local);
  let broken: string | undefined;
  let crashed: ExploredNode | undefined;
  try {
    if (isLoss(bounds, occurrence)) {
      crashed = turn.local;
      turn.lose(trigger - lossTrigger(bounds));
    } else if (trigger === TRIGGER.sync) turn.sync();
    else if (trigger !== TRIGGER.none) turn.handle(eventOf(trigger, packet), { type: "replicate" });
    if (end === END.keeping && !turn.isUnsynced) return undefined;
    if (end !== END.well) {
      crashed = turn.local;
      turn.crash(end === END.keeping ? "everything" : "nothing");
    } else if (!bounds.asyncDisk && crashed === undefined) turn.sync();
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
  if (isLoss(bounds, occurrence))
    return end === END.well && trigger - lossTrigger(bounds) <= local.disk.log.length;
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

function isLoss(bounds: Bounds, { trigger, packet }: Occurrence): boolean {
  return packet === undefined && trigger > lossTrigger(bounds) && trigger > TRIGGER.none;
}

/** The event for the core. Clients propose `x1`, `x2` and so on, in this order. */
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
