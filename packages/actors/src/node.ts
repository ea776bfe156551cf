/**
 * The parts of a node without threads, for whoever drives nodes in another way: a simulation, a benchmark.
 *
 * @module @kontiki/actors/node
 */
export { clientAddress, isClientAddress, type Address, type ClientAddress } from "./address.ts";
export { Client, type ClientEffect, type ClientTimes } from "./client.ts";
export type { ProposalEnd, ReadEnd } from "./client-effect.ts";
export { askingOf, takeAnswer, undelivered, type SendEffect } from "./client-mail.ts";
export { decode, encode } from "./codec.ts";
export { clientOf, encodeCommand, headerOf, type CommandHeader } from "./command.ts";
export { DiskError, type Disk, type DiskFile, type NewFile } from "./disk.ts";
export { KeyValue, type KeyValueCommand, type KeyValueResult } from "./key-value.ts";
export { messageOf } from "./errors.ts";
export { Lease } from "./lease.ts";
export type { Letter, Order } from "./letter.ts";
export { NodeActor, type NodeParts, type Notice, type Timer } from "./node-actor.ts";
export { openStorage, type OpenedStorage } from "./open-storage.ts";
export { createWal, hasWal } from "./open-wal.ts";
export type { Envelope, FromNode, OutgoingMail, ToNode } from "./protocol.ts";
export type { NodePort } from "./node-port.ts";
export { NodeRunner, type Opened, type RunnerPorts } from "./node-runner.ts";
export { openNode, probe, quorumBeats, type NodeSetup } from "./open-node.ts";
export { ReadIds } from "./reads.ts";
export { outcomeOf } from "./result.ts";
export type { Outcome } from "./outcome.ts";
export { checkPlain } from "./plain-data.ts";
export type { MakeStateMachine, StateMachine } from "./state-machine.ts";
export type { CommandBytes, Recovered, Storage } from "./storage.ts";
export { TimerRunner, type Clock, type TimerLengths } from "./timers.ts";
export { MAILBOX_DEFAULTS, Router } from "./router.ts";
export type { Tracer } from "./trace.ts";
export { decodeParcel, encodeParcel, openParcel, type Parcel } from "./wire.ts";
