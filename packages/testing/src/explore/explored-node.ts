import {
  INITIAL_HARD_STATE,
  MemoryLog,
  restore,
  sameHardState,
  type Config,
  type Entry,
  type HardState,
  type LogPosition,
  type Message,
  type NodeId,
  type State,
} from "@kontiki/core";
import { NOTHING_HEARD, type Heard } from "./lease-time.ts";
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

/** What is intact of a log that was found damaged, and where it ended: see `LogCopy` of the core. */
export type ExploredCopy = {
  /** Runs of entries. */
  readonly pieces: readonly (readonly Entry<string>[])[];
  /** Positions that the log is known to have had. The last one is its end. */
  readonly marks: readonly LogPosition[];
  /** The whole log as it was, which no node can read: the checks compare with it. */
  readonly had: readonly Entry<string>[];
};

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
  /** The synced data. `horizon` and `copies` are absent unless its log is damaged. */
  readonly disk: {
    readonly hard: HardState;
    readonly log: readonly Entry<string>[];
    readonly horizon?: LogPosition;
    readonly copies?: readonly ExploredCopy[];
  };
  /** What the process found of damaged logs when it started; absent when it found no damage. */
  readonly salvage?: readonly ExploredCopy[];
  /** Messages that promise a term, a vote or a log and wait for the next sync, in any order. */
  readonly held: readonly ExploredPacket[];
  /** What the model of time needs to know; absent without leases. */
  readonly heard?: Heard;
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

/** The index of the last entry of a log. */
export function endOfLog({ log }: Pick<ExploredNode, "log">): number {
  return log.length;
}

/** A node that has started from its disk. */
export function startedFrom({ id, leases }: Config, disk: ExploredNode["disk"]): ExploredNode {
  const { hard, log, horizon, copies } = disk;
  const state = restore(hard, logOf(log), { leases, horizon });
  const found = copies === undefined ? {} : { salvage: copies };
  return { node: id, state, log, hard, disk, held: [], ...found };
}

/** A node at its first start. `watchesTime`: whether the model of time is needed. */
export function firstStart(config: Config, watchesTime: boolean): ExploredNode {
  const started = startedFrom(config, { hard: INITIAL_HARD_STATE, log: [] });
  return watchesTime ? { ...started, heard: NOTHING_HEARD } : started;
}

/** Whether the node has unsynced writes, which a crash can lose. */
export function isUnsynced({
  state,
  hard,
  log,
  disk,
}: Pick<ExploredNode, "state" | "hard" | "log" | "disk">): boolean {
  if (state.horizon === undefined && disk.horizon !== undefined) return true;
  if (!sameHardState(hard, disk.hard) || log.length !== disk.log.length) return true;
  return log.some((entry, at) => keyOf(entry) !== keyOf(disk.log[at]));
}

/** The node with its held messages sorted, because their order has no meaning. */
export function normalLocal(local: ExploredNode): ExploredNode {
  if (local.held.length < 2) return local;
  const held = local.held.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return { ...local, held };
}
