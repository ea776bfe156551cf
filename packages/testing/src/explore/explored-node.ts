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

/** A message in flight. All nodes keep their first disk, so it has no uid. */
export type ExploredPacket = {
  /** The sender. */
  readonly from: NodeId;
  /** The receiver. */
  readonly to: NodeId;
  /** The message. */
  readonly message: Message<string>;
};

/** What a crash keeps of the unsynced writes. */
export type KeptByCrash = "nothing" | "everything";

/** One node between two events: its process and its disk. */
export type ExploredNode = {
  /** Its name. */
  readonly node: NodeId;
  /** The state of the core. */
  readonly state: State;
  /** The log as the process sees it, from index 1. */
  readonly log: readonly Entry<string>[];
  /** Term and vote as last written. */
  readonly hard: HardState;
  /** The synced data. */
  readonly disk: { readonly hard: HardState; readonly log: readonly Entry<string>[] };
  /** Messages that promise a term, a vote or a log and wait for the next sync, in any order. */
  readonly held: readonly ExploredPacket[];
};

/** Makes a log of these entries. */
export function logOf(entries: readonly Entry<string>[]): MemoryLog<string> {
  return new MemoryLog<string>((command) => command.length, entries);
}

/** All entries of a log. */
export function contentOf(log: MemoryLog<string>): readonly Entry<string>[] {
  if (log.lastIndex < log.firstIndex) return [];
  return log.slice(log.firstIndex, log.lastIndex, Number.MAX_SAFE_INTEGER);
}

/** A node that has started from its disk. */
export function startedFrom({ id, leases }: Config, disk: ExploredNode["disk"]): ExploredNode {
  const { hard, log } = disk;
  const state = restore(hard, logOf(log), { leases });
  return { node: id, state, log, hard, disk, held: [] };
}

/** A node at its first start. */
export function firstStart(config: Config): ExploredNode {
  return startedFrom(config, { hard: INITIAL_HARD_STATE, log: [] });
}

/** Whether the node has unsynced writes, which a crash can lose. */
export function isUnsynced({
  hard,
  log,
  disk,
}: Pick<ExploredNode, "hard" | "log" | "disk">): boolean {
  if (!sameHardState(hard, disk.hard) || log.length !== disk.log.length) return true;
  return log.some((entry, at) => keyOf(entry) !== keyOf(disk.log[at]));
}

/** The node with its held messages sorted, because their order has no meaning. */
export function normalLocal(local: ExploredNode): ExploredNode {
  if (local.held.length < 2) return local;
  const held = local.held.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return { ...local, held };
}
