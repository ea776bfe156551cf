/**
 * Raft nodes as supervised actors: each in a worker thread, with its own disk, behind one {@link Cluster}.
 *
 * @module @kontiki/actors
 */
/// <reference types="node" preserve="true" />
export type { Address, ClientAddress } from "./mail/address.ts";
export type { ChannelMessages, FromCluster, FromThread } from "./cluster/channels.ts";
export { ClientDriver } from "./client/client-driver.ts";
export { Cluster } from "./cluster/cluster.ts";
export type { Commands, ProposeEachOptions } from "./cluster/propose-each.ts";
export type { ProposeOptions, ReadOptions } from "./cluster/cluster-client.ts";
export type { ClusterFaults } from "./cluster/cluster-faults.ts";
export { CRASH_POINTS, KEPTS, type CrashPoint, type Kept } from "./faults/crash-points.ts";
export type { DiskOperation, Disturbance } from "./faults/disturbance.ts";
export type { AppliedEvent } from "./cluster/applied-watch.ts";
export type { AppliedCommand } from "./metrics/probe.ts";
export { EFFECTS, type FaultEffect } from "./faults/fault-cells.ts";

export type { ClusterDisks, NodeDisk } from "./directory/cluster-disks.ts";
export { NODES_MAX, PRIORITY_MAX, type ClusterOptions } from "./cluster/cluster-options.ts";
export { COMMAND_BYTES_MAX } from "./sessions/command.ts";
export {
  listDamage,
  openDamage,
  type DamagedDirectory,
  type DamagedFile,
} from "./directory/damage.ts";
export type { SharedCluster } from "./directory/cluster-folder.ts";
export { openDataDirectory, type DataDirectory } from "./directory/data-directory.ts";
export type { Disk, DiskFile, NewFile } from "./storage/disk/disk.ts";
export { ChangeError, CommandError, KontikiError, StateMachineError } from "./errors.ts";
export { FileDisk } from "./storage/disk/file-disk.ts";
export { importModule } from "./machine/import-module.ts";
export {
  KEY_BYTES_MAX,
  KeyValue,
  VALUE_BYTES_MAX,
  type KeyValueCommand,
  type KeyValueResult,
} from "./machine/key-value.ts";
export type { Histogram } from "./metrics/histogram.ts";
export type { LetterMessage, LetterRecord, TimerRecord } from "./metrics/letter-record.ts";
export type { StepRecord, SyncRecord } from "./metrics/probe.ts";
export type { ClusterMetrics, DeadLetterCount, NodeMetrics } from "./threads/cluster-metrics.ts";
export type { Peers } from "./hosts/host-spec.ts";
export type { OtherHost } from "./cluster/other-hosts.ts";
export {
  MESSAGE_BYTES_MAX,
  type OpenTransport,
  type Transport,
  type TransportSetup,
  type TransportSpec,
  type Untaken,
} from "./hosts/transport.ts";
export type { MailCarrier } from "./threads/mail-carrier.ts";
export type { AddNodeOptions, MembersChange } from "./cluster/member-options.ts";
export type { Member, Members } from "./cluster/members.ts";
export { NodeHandle, type LogOptions } from "./cluster/node-handle.ts";
export { openStorage } from "./storage/recovery/open-checked.ts";
export type { OpenedStorage } from "./storage/recovery/open-storage.ts";
export { createWal } from "./storage/wal/open-wal.ts";
export type { Outcome } from "./sessions/outcome.ts";
export { loadMachine } from "./machine/load-machine.ts";
export { checkMaker, makeMachine } from "./machine/make-machine.ts";
export type { Envelope, LogLine } from "./mail/protocol.ts";
export {
  openLostCluster,
  recoverDataDirectory,
  type LostCluster,
  type RecoveredCluster,
  type RecoveryPlan,
} from "./directory/recover-directory.ts";
export type { SnapshotStore, SnapshotWriter } from "./storage/snapshot-store.ts";
export type { MakeStateMachine, StateMachine } from "./machine/state-machine.ts";
export type {
  ClusterEvent,
  ClusterEvents,
  Condition,
  DeadLetterReason,
  LackedEntries,
  Life,
  NodeStatus,
  RaftStatus,
  StateDigest,
} from "./mail/status.ts";
export type { CommandBytes, Recovered, Salvaged, SalvagedLog, Storage } from "./storage/storage.ts";
export type { EntriesFrom, LeftOut } from "./directory/merge-logs.ts";
export type { EntryRange, SurveyedNode } from "./directory/survey.ts";
export { readTraceFile } from "./trace/trace-file.ts";
export { withChanges, type Changes, type Fields } from "./trace/trace-changes.ts";
export { readTrace, TraceError, type Trace, type TracedStep } from "./trace/trace-lines.ts";
export {
  replayingTrace,
  replayTrace,
  type Replay,
  type TraceDifference,
} from "./trace/trace-replay.ts";
export { TRACE_FORMAT, type TraceOpening } from "./trace/trace.ts";
export type { TimeoutOptions, WaitOptions } from "./cluster/deadline.ts";
export type { WalOptions } from "./storage/wal/wal.ts";
export type { Consistency } from "./mail/wire.ts";
