/**
 * Builders for tests of snapshots, of logs that begin after one, and of replaced disks.
 *
 * Terms and indexes are written as plain numbers; the builders brand them.
 */
import {
  index,
  initialMembership,
  makeConfig,
  MemoryLog,
  term,
  type ChunkReply,
  type Config,
  type Effect,
  type Entry,
  type Event,
  type Index,
  type InForce,
  type LogPosition,
  type Membership,
  type NodeId,
  type Receiving,
  type SendSnapshot,
  type Snapshot,
  type SnapshotChunk,
  type Term,
} from "@kontiki/core";
import { a, b, c, entries, env, type Command, type TestEnv } from "./core.ts";

/** A position in a log, as [index, term]. */
export type At = readonly [number, number];

export function position([at, inTerm]: At): LogPosition {
  return { index: index(at), term: term(inTerm) };
}

/** By default, `a`, `b` and `c` with the disks they began with. */
export function membership(given: Partial<Membership> = {}): Membership {
  return { ...initialMembership([a, b, c]), ...given };
}

export function inForce(at: number, given: Partial<Membership> = {}): InForce {
  return { index: index(at), membership: membership(given) };
}

export function membershipEntry(
  at: number,
  inTerm: number,
  given: Partial<Membership> = {},
): Entry<Command> {
  const where = { index: index(at), term: term(inTerm) };
  return { type: "membership", ...where, membership: membership(given) };
}

/** By default, a snapshot of 30 bytes up to this position. */
export function snapshot(
  [at, inTerm]: At,
  given: {
    readonly membership?: Partial<Membership>;
    readonly size?: number;
    readonly checksum?: number;
  } = {},
): Snapshot {
  const { size = 30, checksum = 7 } = given;
  return { ...position([at, inTerm]), membership: membership(given.membership), size, checksum };
}

/** A log that begins after `base`, with entries of these terms. */
export function logAfter(base: At, terms: readonly number[] = []): MemoryLog<Command> {
  return logFrom(base, entries(terms, base[0] + 1));
}

/** A log that begins after `base`, with these entries. */
export function logFrom(base: At, content: readonly Entry<Command>[]): MemoryLog<Command> {
  return new MemoryLog<Command>((command) => command.length, content, position(base));
}

/** A server whose log begins after `base`; by default, `a` of `a`, `b` and `c`. */
export function envAfter(
  base: At,
  terms: readonly number[] = [],
  config: Partial<Config> = {},
): TestEnv {
  return { ...env(config), log: logAfter(base, terms) };
}

/** The same server with another log. */
export function withLog({ config }: TestEnv, log: MemoryLog<Command>): TestEnv {
  return { config: makeConfig(config), log };
}

/** All entries of a log, and its base. */
export function contents(log: MemoryLog<Command>): {
  readonly base: At;
  readonly entries: readonly Entry<Command>[];
} {
  const before = log.firstIndex - 1;
  const base: At = [before, log.termAt(before as Index) ?? -1];
  if (log.lastIndex < log.firstIndex) return { base, entries: [] };
  return { base, entries: log.slice(log.firstIndex, log.lastIndex, Number.MAX_SAFE_INTEGER) };
}

/** A follower that receives this snapshot; by default, its first chunk was sent. */
export function sending(
  of: Snapshot,
  given: {
    readonly match?: number;
    readonly round?: number;
    readonly offset?: number;
    readonly beats?: number;
  } = {},
): SendSnapshot {
  const { match = 0, round = 0, offset = 0, beats = 0 } = given;
  const next = index(of.index + 1);
  return { type: "snapshot", next, match: index(match), round, snapshot: of, offset, beats };
}

/** This much of this snapshot has arrived. */
export function receiving(of: Snapshot, received: number): Receiving {
  return { snapshot: of, received };
}

/** The bytes of a snapshot from `offset` on: each byte encodes its position, so that a mix-up shows. */
export function bytesAt(offset: number, count = 10): Uint8Array {
  return Uint8Array.from({ length: count }, (_, at) => offset + at);
}

/** By default, ten bytes of a snapshot, from `offset` on. */
export function chunk(
  inTerm: number,
  of: Snapshot,
  offset: number,
  bytes = bytesAt(offset),
): SnapshotChunk {
  return { type: "snapshotChunk", term: term(inTerm), snapshot: of, offset, bytes };
}

export function chunkReply(inTerm: number, of: Snapshot, received: number): ChunkReply {
  const { index: at, checksum } = of;
  return { type: "chunkReply", term: term(inTerm), index: at, checksum, received };
}

export function sendChunk(
  to: NodeId,
  inTerm: number,
  of: Snapshot,
  offset: number,
  uid = 0,
): Effect<Command> {
  return { type: "sendChunk", to, uid, term: term(inTerm), snapshot: of, offset };
}

export function saveChunk(of: Snapshot, offset: number, bytes = bytesAt(offset)): Effect<Command> {
  return { type: "saveChunk", snapshot: of, offset, bytes };
}

export function installSnapshot(of: Snapshot): Effect<Command> {
  return { type: "installSnapshot", snapshot: of };
}

export function compactLog(upTo: number): Effect<Command> {
  return { type: "compactLog", upTo: index(upTo) };
}

export const logRepaired = { type: "logRepaired" } as const;

export function snapshotTaken(of: Snapshot): Event<Command> {
  return { type: "snapshotTaken", snapshot: of };
}

export function snapshotReceived(of: Snapshot): Event<Command> {
  return { type: "snapshotReceived", snapshot: of };
}

export function snapshotBroken(of: Snapshot): Event<Command> {
  return { type: "snapshotBroken", snapshot: of };
}

export function snapshotGone(of: Snapshot): Event<Command> {
  return { type: "snapshotGone", snapshot: of };
}

export function compact(keptEntries: number): Event<Command> {
  return { type: "compact", keptEntries };
}

export function peerDown(node: NodeId): Event<Command> {
  return { type: "peerDown", node };
}

export function rejoin(inTerm: number): { readonly type: "rejoin"; readonly term: Term } {
  return { type: "rejoin", term: term(inTerm) };
}
