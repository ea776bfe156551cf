import { once, type EventEmitter } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import {
  KontikiError,
  StateMachineError,
  type ClusterEvents,
  type NodeStatus,
} from "@kontiki/actors";
import { divergenceIn, divergenceText, haveConverged } from "@kontiki/actors/node";
import { initialMembership, majority } from "@kontiki/core";
import type { HostedNode } from "./hosted-node.ts";

/** How long to wait before nodes that changed meanwhile are compared again, in ms. */
const AGAIN_MS = 10;

/** The nodes that are neither stopped nor given up. */
function liveOf(all: readonly NodeStatus[]): readonly NodeStatus[] {
  return all.filter(({ life }) => life.type !== "stopped" && life.type !== "failed");
}

/** Whether all of these nodes follow one leader. */
export function areLed(all: readonly NodeStatus[]): boolean {
  const leader = all.find(({ raft }) => raft?.role === "leader")?.raft;
  return (
    leader !== undefined &&
    all.every(({ raft }) => raft?.leader === leader.leader && raft?.term === leader.term)
  );
}

/** Waits until `look` finds something, at each status of a node. Undefined when it has not in time. */
export async function found<Found>(
  events: EventEmitter<ClusterEvents>,
  look: () => Found | undefined,
  timeoutMs: number,
): Promise<Found | undefined> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  let it = look();
  while (it === undefined && !late.signal.aborted) {
    await once(events, "status", { signal: late.signal }).catch(() => {});
    it = look();
  }
  clearTimeout(timer);
  return it;
}

/**
 * Waits until all nodes that are neither stopped nor given up agree and have the same state.
 *
 * @throws KontikiError at once when these are too few to elect a leader, and when they do not agree in time. StateMachineError
 *   when two of them have applied the same entries and have different states, which is also an event.
 */
export async function agree(
  nodes: readonly HostedNode[],
  events: EventEmitter<ClusterEvents>,
  timeoutMs: number,
): Promise<void> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const members = { membership: initialMembership(nodes.map(({ id }) => id)), committed: true };
  try {
    while (!late.signal.aborted) {
      const changed = once(events, "status", { signal: late.signal }).catch(() => {});
      const all = nodes.map((node) => node.status());
      const live = liveOf(all).map(({ id }) => id);
      if (live.length < majority(all.length))
        throw new KontikiError("too few nodes are left that are neither stopped nor given up");
      if (haveConverged(all, members)) {
        const compared = nodes.filter(({ id }) => live.includes(id));
        if (await haveSameState(compared, events)) return;
        await pause(AGAIN_MS);
      } else await changed;
    }
  } finally {
    clearTimeout(timer);
  }
  throw new KontikiError(
    `waiting for all nodes to agree: they did not in ${Math.round(timeoutMs)} ms`,
  );
}

/** False when one of them cannot tell, or was asked when it had applied more than another one. */
async function haveSameState(
  nodes: readonly HostedNode[],
  events: EventEmitter<ClusterEvents>,
): Promise<boolean> {
  try {
    const digests = await Promise.all(
      nodes.map(async (node) => ({ node: node.id, ...(await node.digest()) })),
    );
    const found = divergenceIn(digests);
    if (found === undefined) return new Set(digests.map(({ applied }) => applied)).size === 1;
    events.emit("event", found);
    throw new StateMachineError(divergenceText(found));
  } catch (error) {
    if (error instanceof StateMachineError || !(error instanceof KontikiError)) throw error;
    return false;
  }
}
