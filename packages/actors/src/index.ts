/**
 * Raft nodes as supervised actors: each in a worker thread, on a disk of its own, behind one {@link Cluster}.
 *
 * @module @kontiki/actors
 */
export type { Address, ClientAddress } from "./address.ts";
export { Cluster, type ReadOptions } from "./cluster.ts";

export type { ClusterDisks, NodeDisk } from "./cluster-disks.ts";
export { NODES_MAX, PRIORITY_MAX, type ClusterOptions } from "./cluster-options.ts";
export { COMMAND_BYTES_MAX } from "./command.ts";
export { openDataDirectory, type DataDirectory } from "./data-directory.ts";
export type { Disk, DiskFile, NewFile } from "./disk.ts";
export { KontikiError } from "./errors.ts";
export { FileDisk } from "./file-disk.ts";
export { importModule } from "./import-module.ts";
export {
  KEY_BYTES_MAX,
  KeyValue,
  VALUE_BYTES_MAX,
  type KeyValueCommand,
  type KeyValueResult,
} from "./key-value.ts";
export type { MailCarrier } from "./mail-carrier.ts";
export type { AddNodeOptions } from "./member-changes.ts";
export type { Member, Members } from "./members.ts";
export { NodeHandle } from "./node-handle.ts";
export { openStorage, type OpenedStorage } from "./open-storage.ts";
export { createWal } from "./open-wal.ts";
export type { Outcome } from "./outcome.ts";
export { loadMachine, makeMachine } from "./load-machine.ts";
export type { Envelope, LogLine } from "./protocol.ts";
export {
  openLostCluster,
  recoverDataDirectory,
  type LostCluster,
  type RecoveredCluster,
} from "./recover-directory.ts";
export type { SnapshotStore, SnapshotWriter } from "./snapshot-store.ts";
export type { MakeStateMachine, StateMachine } from "./state-machine.ts";
export type {
  ClusterEvent,
  ClusterEvents,
  DeadLetterReason,
  Life,
  NodeStatus,
  RaftStatus,
} from "./status.ts";
export type { CommandBytes, Recovered, Storage } from "./storage.ts";
export type { SurveyedNode } from "./survey.ts";
export { readTraceFile } from "./trace-file.ts";
export { withChanges, type Changes, type Fields } from "./trace-changes.ts";
export { readTrace, TraceError, type Trace, type TracedStep } from "./trace-lines.ts";
export { replayTrace, type Replay, type TraceDifference } from "./trace-replay.ts";
export { TRACE_FORMAT, type TraceOpening } from "./trace.ts";
export type { WaitOptions } from "./waiting.ts";
export type { WalOptions } from "./wal.ts";
export type { Consistency } from "./wire.ts";
