/**
 * The parts of a node without threads, for programs that drive nodes in another way: a simulation, a benchmark.
 *
 * @module @kontiki/actors/node
 */
/// <reference types="node" preserve="true" />
export {
  clientAddress,
  isClientAddress,
  type Address,
  type ClientAddress,
} from "./mail/address.ts";
export { Client } from "./client/client.ts";
export { ClientCalls } from "./client/client-calls.ts";
export type {
  Asking,
  ClientEffect,
  ClientTimes,
  ProposalEnd,
  ReadEnd,
} from "./client/client-effect.ts";
export type { ReadOptions } from "./client/client-reads.ts";
export { decode, decodeCopy, encode } from "./bytes/codec.ts";
export { clientOf, COMMAND_BYTES_MAX, encodeCommand, HEADER_BYTES } from "./sessions/command.ts";
export { eachCommand, type CommandInEntry } from "./sessions/run.ts";
export { ResultsReader, type AnswerRange } from "./sessions/packed-results.ts";
export type { Slice } from "./bytes/slice.ts";
export {
  DiskError,
  type Disk,
  type DiskFile,
  type NewFile,
  type ReadableDisk,
} from "./storage/disk/disk.ts";
export { UnchangedDisk } from "./storage/disk/unchanged-disk.ts";
export { isSetAside, setAsideOn, type SetAside } from "./storage/disk/set-aside.ts";
export {
  CRASH_POINTS,
  isLogFile,
  KEPTS,
  pointOf,
  type CrashPoint,
  type DiskStep,
  type Kept,
} from "./faults/crash-points.ts";
export { AS_ASKED } from "./faults/faulty-disk.ts";
export { KeyValue, type KeyValueCommand, type KeyValueResult } from "./machine/key-value.ts";
export { makeMachine } from "./machine/make-machine.ts";
export { plainDifference, shortText } from "./machine/plain-difference.ts";
export { checkingSnapshots } from "./machine/snapshot-check.ts";
export { givingPlain } from "./machine/plain-answers.ts";
export { throwText } from "./machine/throw-check.ts";
export { CommandError, faultIn, isCommandError, messageOf } from "./errors.ts";
export { checkArgument } from "./options/argument.ts";
export { countArguments, surplus } from "./options/argument-count.ts";
export { nearest } from "./options/nearest.ts";
export { whyNotPlain } from "./options/plain-options.ts";
export * from "./options/rules.ts";
export * from "./options/schema.ts";
export { oneOf } from "./options/words.ts";
export { Applier } from "./node/applier.ts";
export { Lease } from "./node/lease.ts";
export type { Letter, Order } from "./node/letter.ts";
export { NodeActor, type Notice, type Timer } from "./node/node-actor.ts";
export type { NodeLimits, NodeParts } from "./node/node-parts.ts";
export { openStorage } from "./storage/recovery/open-checked.ts";
export type { OpenedStorage } from "./storage/recovery/open-storage.ts";
export { createWal, hasWal } from "./storage/wal/open-wal.ts";
export { readPromise, type Promised } from "./storage/wal/promise.ts";
export { isCut, type LogWrite, type StateRecord } from "./storage/wal/wal-records.ts";
export {
  intactBatches,
  placedBatches,
  type IntactBatch,
  type PlacedBatch,
} from "./storage/wal/wal-salvage.ts";
export {
  countStep,
  STEP_COUNTS,
  type Count,
  type CountedStep,
  type StepCount,
} from "./metrics/step-counts.ts";
export { EXPERIMENT_COUNTS, type ExperimentCount } from "./metrics/experiment-counts.ts";
export type { Envelope, FromNode, OutgoingMail, ToNode } from "./mail/protocol.ts";
export type { NodePort } from "./node/node-port.ts";
export { NodeRunner } from "./node/node-runner.ts";
export type { Opened, RunnerPorts } from "./node/runner-ports.ts";
export { openNode } from "./node/open-checked-node.ts";
export { probe, quorumBeats, type NodeSetup } from "./node/open-node.ts";
export { ReadIds } from "./node/reads.ts";
export { SNAPSHOT_DEFAULTS } from "./node/snapshot-taker.ts";
export { expiredIn, outcomeOf } from "./sessions/result.ts";
export type { Outcome } from "./sessions/outcome.ts";
export { ASKED_DEPTH_MAX, checkPlain, encodePlain } from "./bytes/plain-encoder.ts";
export { exactJson, exactText } from "./bytes/plain-text.ts";
export { NotPlainError } from "./bytes/plain-flaw.ts";
export type { MakeStateMachine, StateMachine } from "./machine/state-machine.ts";
export type { CommandBytes, Recovered, Salvaged, SalvagedLog, Storage } from "./storage/storage.ts";
export { divergenceIn, divergenceText, type NodeDigest } from "./cluster/state-comparison.ts";
export { currentLeader, haveConverged } from "./threads/agreement.ts";
export { TimerRunner, type Clock, type TimerLengths } from "./node/timers.ts";
export { MAILBOX_DEFAULTS, Router } from "./mailboxes/router.ts";
export { NodeTracer, type Tracer, type TraceSink } from "./trace/trace.ts";
export { decodeParcel, encodeParcel, openParcel, type Parcel } from "./mail/wire.ts";
