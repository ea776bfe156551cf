import { once, type EventEmitter } from "node:events";
import type { ClusterEvents, NodeStatus } from "@kontiki/actors";
import { majority } from "@kontiki/core";

/** Whether all of these nodes follow one leader. */
export function areLed(all: readonly NodeStatus[]): boolean {
  const leader = all.find(({ raft }) => raft?.role === "leader")?.raft;
  return (
    leader !== undefined &&
    all.every(({ raft }) => raft?.leader === leader.leader && raft?.term === leader.term)
  );
}

/** Whether the nodes that are neither stopped nor given up are no majority: then the others must be started first. */
export function areTooFew(all: readonly NodeStatus[]): boolean {
  const live = all.filter(({ life }) => life.type !== "stopped" && life.type !== "failed");
  return live.length < majority(all.length);
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
