import {
  INITIAL_HARD_STATE,
  LOG_START,
  MemoryLog,
  positionOf,
  restore,
  sameHardState,
  type Config,
  type Entry,
  type HardState,
  type LogPosition,
  type LogView,
  type Message,
  type NodeId,
  type Snapshot,
  type State,
  type Term,
} from "@kontiki/core";
import { NOTHING_HEARD, type Heard } from "./lease-time.ts";
import { keyOf } from "./relabel.ts";

/** A message in flight. */
export type ExploredPacket = {
  /** The sender. */
  readonly from: NodeId;
  /** The receiver. */
  readonly to: NodeId;
  /** The message. */
  readonly message: Message<string>;
  /** The disk of the sender; absent for its first. */
  readonly fromUid?: number;
  /** The disk that the message is for; absent for the first. */
  readonly toUid?: number;
  /** What the snapshot holds of which the message carries a part: the checks compare with it. */
  readonly content?: readonly Entry<string>[];
};

/** A snapshot on a disk, with the entries whose effects it holds. */
export type ExploredSnapshot = {
  /** What the core knows of it. */
  readonly snapshot: Snapshot;
  /** All entries up to its last one. */
  readonly content: readonly Entry<string>[];
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
  /** Which disk it has; absent for its first. */
  readonly uid?: number;
  /** The log as the process sees it, after `base`. */
  readonly log: readonly Entry<string>[];
  /** The last compacted entry; absent when the log begins at index 1. */
  readonly base?: LogPosition;
  /** Term and vote as last written. */
  readonly hard: HardState;
  /** The synced data. `horizon` and `copies` are absent unless its log is damaged; `files` when it has no snapshot. */
  readonly disk: {
    readonly hard: HardState;
    readonly log: readonly Entry<string>[];
    readonly base?: LogPosition;
    readonly files?: readonly ExploredSnapshot[];
    readonly horizon?: LogPosition;
    readonly copies?: readonly ExploredCopy[];
  };
  /** The snapshot that it receives, and how many of its parts it has; absent for none. */
  readonly incoming?: ExploredSnapshot & { readonly received: number };
  /** What the process found of damaged logs when it started; absent when it found no damage. */
  readonly salvage?: readonly ExploredCopy[];
  /** Messages that promise a term, a vote or a log and wait for the next sync, in any order. */
  readonly held: readonly ExploredPacket[];
  /** What the model of time needs to know; absent without leases. */
  readonly heard?: Heard;
};

/** Makes a log of these entries. `base`: the last compacted entry. */
export function logOf(
  entries: readonly Entry<string>[],
  base: LogPosition = LOG_START,
): MemoryLog<string> {
  return new MemoryLog<string>((command) => command.length, entries, base);
}

/** All entries of a node from index 1: those that a snapshot covers, and its log. */
export function fullLogOf({ log, base, disk }: ExploredNode): readonly Entry<string>[] {
  if (base === undefined) return log;
  const covered = disk.files?.at(-1)?.content ?? [];
  return [...covered.slice(0, base.index), ...log];
}

/** All entries of a log. */
export function contentOf(log: LogView<string>): readonly Entry<string>[] {
  if (log.lastIndex < log.firstIndex) return [];
  return log.slice(log.firstIndex, log.lastIndex, Number.MAX_SAFE_INTEGER);
}

/** The index of the last entry of a log. */
export function endOfLog({ log, base }: Pick<ExploredNode, "log" | "base">): number {
  return (base?.index ?? 0) + log.length;
}

/** The configuration of a node with its present disk. */
export function configOf(configs: readonly Config[], { node, uid }: ExploredNode): Config {
  const config = configs.find(({ id }) => id === node);
  if (config === undefined) throw new RangeError(`there is no node ${node}`);
  return uid === undefined ? config : { ...config, uid };
}

/** A node that has started from its disk. */
export function startedFrom(
  { id, leases, uid }: Config,
  synced: ExploredNode["disk"],
): ExploredNode {
  const disk = begunFrom(synced);
  const { hard, log, base, horizon, copies } = disk;
  const snapshot = disk.files?.at(-1)?.snapshot;
  const state = restore(hard, logOf(log, base), { leases, horizon, snapshot });
  const found = copies === undefined ? {} : { salvage: copies };
  const rest = { ...(base && { base }), ...(uid !== 0 && { uid }), ...found };
  return { node: id, state, log, hard, disk, held: [], ...rest };
}

/** If the log does not continue the newest snapshot, because a crash came between the two, the snapshot replaces it. */
function begunFrom(disk: ExploredNode["disk"]): ExploredNode["disk"] {
  const snapshot = disk.files?.at(-1)?.snapshot;
  if (snapshot === undefined) return disk;
  const meets = logOf(disk.log, disk.base).termAt(snapshot.index) === snapshot.term;
  return meets ? disk : { ...disk, log: [], base: positionOf(snapshot) };
}

/** A node at its first start, with this term and log. `watchesTime`: whether the model of time is needed. */
export function firstStart(
  config: Config,
  term: Term,
  log: readonly Entry<string>[],
  watchesTime: boolean,
): ExploredNode {
  const started = startedFrom(config, { hard: { ...INITIAL_HARD_STATE, term }, log });
  return watchesTime ? { ...started, heard: NOTHING_HEARD } : started;
}

/** Whether the node has unsynced writes, which a crash can lose. */
export function isUnsynced({
  state,
  hard,
  log,
  base,
  disk,
}: Pick<ExploredNode, "state" | "hard" | "log" | "base" | "disk">): boolean {
  if (base?.index !== disk.base?.index) return true;
  if (state.horizon === undefined && disk.horizon !== undefined) return true;
  if (!sameHardState(hard, disk.hard) || log.length !== disk.log.length) return true;
  return log.some((entry, at) => entry !== disk.log[at] && keyOf(entry) !== keyOf(disk.log[at]));
}

/** The node with its held messages sorted, because their order has no meaning. */
export function normalLocal(local: ExploredNode): ExploredNode {
  if (local.held.length < 2) return local;
  const held = local.held.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return { ...local, held };
}
