import {
  INITIAL_HARD_STATE,
  MemoryLog,
  restore,
  sameHardState,
  type Config,
  type Entry,
  type HardState,
  type Message,
  type NodeId,
  type State,
} from "@kontiki/core";
import { keyOf } from "./relabel.ts";

/** A message on its way. All nodes keep the disks they began with, so there is no uid. */
export type ExploredPacket = {
  /** Who sent it. */
  readonly from: NodeId;
  /** Who may get it. */
  readonly to: NodeId;
  /** What it says. */
  readonly message: Message<string>;
};

/** What a crash leaves: what was synced, or also what was only written. */
export type KeptByCrash = "nothing" | "everything";

/** One node between two events: its process, and its disk. */
export type ExploredNode = {
  /** Its name. */
  readonly node: NodeId;
  /** What the core made of it. */
  readonly state: State;
  /** Its log as the process sees it, from index 1. */
  readonly log: readonly Entry<string>[];
  /** Term and vote as they were last written. */
  readonly hard: HardState;
  /** What is synced. */
  readonly disk: { readonly hard: HardState; readonly log: readonly Entry<string>[] };
  /** Messages that claim a term, a vote or a log, and wait for the next sync, in any order. */
  readonly held: readonly ExploredPacket[];
};

/** A log of these entries. */
export function logOf(entries: readonly Entry<string>[]): MemoryLog<string> {
  return new MemoryLog<string>((command) => command.length, entries);
}

/** All that a log holds. */
export function contentOf(log: MemoryLog<string>): readonly Entry<string>[] {
  if (log.lastIndex < log.firstIndex) return [];
  return log.slice(log.firstIndex, log.lastIndex, Number.MAX_SAFE_INTEGER);
}

/** A node that has started from what is on its disk. */
export function startedFrom({ id, leases }: Config, disk: ExploredNode["disk"]): ExploredNode {
  const { hard, log } = disk;
  const state = restore(hard, logOf(log), { leases });
  return { node: id, state, log, hard, disk, held: [] };
}

/** A node that has never run. */
export function firstStart(config: Config): ExploredNode {
  return startedFrom(config, { hard: INITIAL_HARD_STATE, log: [] });
}

/** Whether a crash that keeps nothing would lose what was written. */
export function isUnsynced({
  hard,
  log,
  disk,
}: Pick<ExploredNode, "hard" | "log" | "disk">): boolean {
  if (!sameHardState(hard, disk.hard) || log.length !== disk.log.length) return true;
  return log.some((entry, at) => keyOf(entry) !== keyOf(disk.log[at]));
}

/** The node with what it holds back in an order that means nothing. */
export function normalLocal(local: ExploredNode): ExploredNode {
  if (local.held.length < 2) return local;
  const held = local.held.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return { ...local, held };
}
