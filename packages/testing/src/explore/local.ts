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
import type { Command } from "./bounds.ts";
import { keyOf } from "./relabel.ts";

/** A message on its way. All nodes keep the disks they began with, so there is no uid. */
export type Packet = {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message<Command>;
};

/** What a crash leaves: what was synced, or also what was only written. */
export type Kept = "nothing" | "everything";

/** One node between two events: its process, and its disk. */
export type Local = {
  readonly node: NodeId;
  readonly state: State;
  /** Its log as the process sees it, from index 1. */
  readonly log: readonly Entry<Command>[];
  /** Term and vote as they were last written. */
  readonly hard: HardState;
  /** What is synced. */
  readonly disk: { readonly hard: HardState; readonly log: readonly Entry<Command>[] };
  /** Messages that claim a term, a vote or a log, and wait for the next sync, in any order. */
  readonly held: readonly Packet[];
};

/** A log of these entries. */
export function logOf(entries: readonly Entry<Command>[]): MemoryLog<Command> {
  return new MemoryLog<Command>((command) => command.length, entries);
}

/** All that a log holds. */
export function contentOf(log: MemoryLog<Command>): readonly Entry<Command>[] {
  if (log.lastIndex < log.firstIndex) return [];
  return log.slice(log.firstIndex, log.lastIndex, Number.MAX_SAFE_INTEGER);
}

/** A node that has started from what is on its disk. */
export function startedFrom({ id, leases }: Config, disk: Local["disk"]): Local {
  const { hard, log } = disk;
  const state = restore(hard, logOf(log), { leases });
  return { node: id, state, log, hard, disk, held: [] };
}

/** A node that has never run. */
export function firstStart(config: Config): Local {
  return startedFrom(config, { hard: INITIAL_HARD_STATE, log: [] });
}

/** Whether a crash that keeps nothing would lose what was written. */
export function isUnsynced({ hard, log, disk }: Pick<Local, "hard" | "log" | "disk">): boolean {
  if (!sameHardState(hard, disk.hard) || log.length !== disk.log.length) return true;
  return log.some((entry, at) => keyOf(entry) !== keyOf(disk.log[at]));
}

/** The node with what it holds back in an order that means nothing. */
export function normalLocal(local: Local): Local {
  if (local.held.length < 2) return local;
  const held = local.held.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return { ...local, held };
}
