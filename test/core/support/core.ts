/**
 * Builders for tests of the core: a server, its log, its messages and its effects, as plain values.
 *
 * Terms and indexes are written as plain numbers; the builders brand them.
 */
import {
  index,
  initialMembership,
  makeConfig,
  MemoryLog,
  nodeId,
  positionOf,
  step,
  term,
  type AppendAccepted,
  type AppendEntries,
  type AppendRejected,
  type ChunkReply,
  type Config,
  type Effect,
  type Entry,
  type Env,
  type Event,
  type HardState,
  type InForce,
  type Leader,
  type LogPosition,
  type Membership,
  type Message,
  type NodeId,
  type PreVoteReply,
  type Progress,
  type Repair,
  type ReadReply,
  type ReadRequest,
  type Refusal,
  type Rejoin,
  type RequestPreVote,
  type RequestVote,
  type Role,
  type Snapshot,
  type SnapshotChunk,
  type State,
  type TimeoutNow,
  type VoteReply,
} from "@kontiki/core";

/** What clients propose in tests: text in which each character is one byte. */
export type Command = string;

export const a = nodeId("a");
export const b = nodeId("b");
export const c = nodeId("c");
export const d = nodeId("d");
export const e = nodeId("e");
export const f = nodeId("f");
export const g = nodeId("g");

/** A command entry. Its default text is derived from its position, so that equal positions hold equal entries. */
export function entry(at: number, inTerm: number, command = `${inTerm}.${at}`): Entry<Command> {
  return { type: "command", index: index(at), term: term(inTerm), command };
}

export function membershipEntry(
  at: number,
  inTerm: number,
  membership: Membership,
): Entry<Command> {
  return { type: "membership", index: index(at), term: term(inTerm), membership };
}

export function noop(at: number, inTerm: number): Entry<Command> {
  return { type: "noop", index: index(at), term: term(inTerm) };
}

/** Adjacent entries of these terms, the first at `from`: `[1, 1, 2]` is how the paper draws a log. */
export function entries(terms: readonly number[], from = 1): readonly Entry<Command>[] {
  return terms.map((inTerm, offset) => entry(from + offset, inTerm));
}

export function log(terms: readonly number[]): MemoryLog<Command> {
  return logOf(entries(terms));
}

export function logOf(content: readonly Entry<Command>[]): MemoryLog<Command> {
  return new MemoryLog<Command>((command) => command.length, content);
}

/** All entries of a log. */
export function contentOf(of: MemoryLog<Command>): readonly Entry<Command>[] {
  const empty = of.lastIndex < of.firstIndex;
  return empty ? [] : of.slice(of.firstIndex, of.lastIndex, Number.MAX_SAFE_INTEGER);
}

/** The terms of a log's entries. */
export function termsOf(of: MemoryLog<Command>): readonly number[] {
  return contentOf(of).map((each) => each.term);
}

export type TestEnv = Env<Command> & { readonly log: MemoryLog<Command> };

/** The paper's algorithm and no more: no pre-vote, no withheld votes, no quorum check. */
export const PAPER = { preVote: false, quorumBeats: 0 } as const;

/** By default, server `a` of `a`, `b` and `c`, with an empty log. */
export function env({
  log: terms = [],
  ...config
}: Partial<Config> & { readonly log?: readonly number[] } = {}): TestEnv {
  return { config: makeConfig({ ...PAPER, id: a, voters: [a, b, c], ...config }), log: log(terms) };
}

type Common = {
  readonly term?: number;
  readonly votedFor?: NodeId | undefined;
  readonly commit?: number;
  readonly durable?: number;
  readonly memberships?: readonly InForce[];
  readonly snapshot?: Snapshot;
  readonly horizon?: LogPosition;
  readonly repair?: Partial<Repair>;
};

function common(given: Common): Omit<State, "role"> {
  return {
    term: term(given.term ?? 0),
    votedFor: given.votedFor,
    commit: index(given.commit ?? 0),
    durable: index(given.durable ?? 0),
    memberships: given.memberships ?? [],
    snapshot: given.snapshot,
    horizon: given.horizon,
    repair:
      given.horizon === undefined
        ? undefined
        : { proven: index(0), answers: {}, without: [], tried: [], ...given.repair },
  };
}

/** By default, a follower that has just heard its leader, if it has one. */
export function follower(
  given: Common & Partial<Omit<Role & { readonly type: "follower" }, "type">> = {},
): State {
  const { leader: known, heard = known !== undefined, receiving } = given;
  return { ...common(given), role: { type: "follower", leader: known, heard, receiving } };
}

/** By default, server `a` asking for pre-votes, with its own only. */
export function preCandidate(given: Common & { readonly votes?: readonly NodeId[] } = {}): State {
  return { ...common(given), role: { type: "preCandidate", votes: given.votes ?? [a] } };
}

/** By default, server `a` as a candidate, with its own vote only. */
export function candidate(given: Common & { readonly votes?: readonly NodeId[] } = {}): State {
  const votes = given.votes ?? [a];
  return { ...common({ votedFor: votes[0], ...given }), role: { type: "candidate", votes } };
}

/** By default, server `a` as a leader that voted for itself and has begun no round. */
export function leader(
  given: Common &
    Partial<Omit<Leader, "type">> & { readonly progress: Readonly<Record<string, Progress>> },
): State {
  const { progress, round = 0, reads = [], transfer, leaseGivenUp = false } = given;
  const { check = { round: 1, beats: 0 } } = given;
  return {
    ...common({ votedFor: a, ...given }),
    role: { type: "leader", progress, round, check, reads, transfer, leaseGivenUp },
  };
}

export function probe(
  next: number,
  {
    match = 0,
    waiting = false,
    round = 0,
  }: { readonly match?: number; readonly waiting?: boolean; readonly round?: number } = {},
): Progress {
  return { type: "probe", next: index(next), match: index(match), waiting, round };
}

/** A follower in pipelining mode; by default, everything sent is answered. */
export function replicating(
  next: number,
  given: {
    readonly match?: number;
    readonly inflight?: readonly number[];
    readonly round?: number;
  } = {},
): Progress {
  return {
    type: "replicate",
    next: index(next),
    match: index(given.match ?? next - 1),
    inflight: (given.inflight ?? []).map((last) => index(last)),
    round: given.round ?? 0,
  };
}

/** By default, a snapshot of three voters, of ten bytes. */
export function snapshotOf(at: number, inTerm: number, given: Partial<Snapshot> = {}): Snapshot {
  const membership = initialMembership([a, b, c]);
  return { index: index(at), term: term(inTerm), membership, size: 10, checksum: at, ...given };
}

/** A follower that receives a snapshot, by default from its beginning. */
export function sending(
  snapshot: Snapshot,
  given: {
    readonly match?: number;
    readonly offset?: number;
    readonly beats?: number;
    readonly round?: number;
  } = {},
): Progress {
  const { match = 0, offset = 0, beats = 0, round = 0 } = given;
  const next = index(snapshot.index + 1);
  return { type: "snapshot", next, match: index(match), round, snapshot, offset, beats };
}

export function requestVote(
  inTerm: number,
  {
    lastIndex = 0,
    lastTerm = 0,
    transfer = false,
  }: { readonly lastIndex?: number; readonly lastTerm?: number; readonly transfer?: boolean } = {},
): RequestVote {
  return {
    type: "requestVote",
    term: term(inTerm),
    lastIndex: index(lastIndex),
    lastTerm: term(lastTerm),
    transfer,
  };
}

export function voteReply(inTerm: number, granted: boolean): VoteReply {
  return { type: "voteReply", term: term(inTerm), granted };
}

/** `after` is the position that the entries follow, as [index, term]. */
export function appendEntries(
  inTerm: number,
  given: {
    readonly after?: readonly [number, number];
    readonly entries?: readonly Entry<Command>[];
    readonly commit?: number;
    readonly round?: number;
  } = {},
): AppendEntries<Command> {
  const [prevIndex, prevTerm] = given.after ?? [0, 0];
  return {
    type: "appendEntries",
    term: term(inTerm),
    prevIndex: index(prevIndex),
    prevTerm: term(prevTerm),
    entries: given.entries ?? [],
    commit: index(given.commit ?? 0),
    round: given.round ?? 0,
  };
}

export function appendAccepted(inTerm: number, match: number, round = 0): AppendAccepted {
  return { type: "appendAccepted", term: term(inTerm), match: index(match), round };
}

export function appendRejected(
  inTerm: number,
  given: {
    readonly prevIndex: number;
    readonly conflictTerm?: number;
    readonly conflictIndex: number;
    readonly round?: number;
  },
): AppendRejected {
  return {
    type: "appendRejected",
    term: term(inTerm),
    prevIndex: index(given.prevIndex),
    conflictTerm: given.conflictTerm === undefined ? undefined : term(given.conflictTerm),
    conflictIndex: index(given.conflictIndex),
    round: given.round ?? 0,
  };
}

export function requestPreVote(
  inTerm: number,
  { lastIndex = 0, lastTerm = 0 }: { readonly lastIndex?: number; readonly lastTerm?: number } = {},
): RequestPreVote {
  return {
    type: "requestPreVote",
    term: term(inTerm),
    lastIndex: index(lastIndex),
    lastTerm: term(lastTerm),
  };
}

export function preVoteReply(inTerm: number, granted: boolean): PreVoteReply {
  return { type: "preVoteReply", term: term(inTerm), granted };
}

export function snapshotChunk(
  inTerm: number,
  snapshot: Snapshot,
  { offset, bytes }: { readonly offset: number; readonly bytes: readonly number[] },
): SnapshotChunk {
  const part = Uint8Array.from(bytes);
  return { type: "snapshotChunk", term: term(inTerm), snapshot, offset, bytes: part };
}

export function chunkReply(
  inTerm: number,
  { index: at, checksum }: Snapshot,
  received: number,
): ChunkReply {
  return { type: "chunkReply", term: term(inTerm), index: at, checksum, received };
}

export function timeoutNow(inTerm: number): TimeoutNow {
  return { type: "timeoutNow", term: term(inTerm) };
}

export function readRequest(inTerm: number, id: number): ReadRequest {
  return { type: "readRequest", term: term(inTerm), id };
}

export function readReply(inTerm: number, id: number, at: number): ReadReply {
  return { type: "readReply", term: term(inTerm), id, index: index(at) };
}

export function rejoin(inTerm: number): Rejoin {
  return { type: "rejoin", term: term(inTerm) };
}

/** A message arrived; by default, from and for the disks that the cluster began with. */
export function from(
  peer: NodeId,
  message: Message<Command>,
  { fromUid = 0, toUid = 0 }: { readonly fromUid?: number; readonly toUid?: number } = {},
): Event<Command> {
  return { type: "message", from: peer, fromUid, toUid, message };
}

export function propose(...commands: readonly Command[]): Event<Command> {
  return { type: "propose", commands };
}

/** The disk holds the log up to `at`, whose entry has term `inTerm`. */
export function durable(at: number, inTerm: number): Event<Command> {
  return { type: "durable", index: index(at), term: term(inTerm) };
}

export const electionTimeout = { type: "electionTimeout" } as const;
export const heartbeatTimeout = { type: "heartbeatTimeout" } as const;
export const replicate = { type: "replicate" } as const;

export function send(to: NodeId, message: Message<Command>, uid = 0): Effect<Command> {
  return { type: "send", to, uid, message };
}

export function hardState(inTerm: number, votedFor?: NodeId): HardState {
  return { term: term(inTerm), votedFor };
}

export function saveHardState(inTerm: number, votedFor: NodeId | undefined): Effect<Command> {
  return { type: "saveHardState", hard: hardState(inTerm, votedFor) };
}

export function appendLog(...content: readonly Entry<Command>[]): Effect<Command> {
  return { type: "appendLog", entries: content };
}

export function truncateLog(after: number): Effect<Command> {
  return { type: "truncateLog", after: index(after) };
}

export function commit(upTo: number): Effect<Command> {
  return { type: "commit", upTo: index(upTo) };
}

export function proposed(first: number, inTerm: number): Effect<Command> {
  return { type: "proposed", first: index(first), term: term(inTerm) };
}

export function rejectProposal(reason: Refusal, known?: NodeId): Effect<Command> {
  return { type: "rejectProposal", reason, leader: known };
}

export const resetElectionTimer = { type: "resetElectionTimer" } as const;
export const resetHeartbeatTimer = { type: "resetHeartbeatTimer" } as const;

/** Applies effects to a log. */
export function performOn(of: MemoryLog<Command>, effects: readonly Effect<Command>[]): void {
  for (const effect of effects) {
    if (effect.type === "truncateLog") of.truncate(effect.after);
    if (effect.type === "appendLog") of.append(effect.entries);
    if (effect.type === "compactLog") of.compact(effect.upTo);
    if (effect.type === "installSnapshot") of.reset(positionOf(effect.snapshot));
  }
}

/** The result of several events; the log effects of each are visible to the next. */
export function run(
  { config, log: start }: TestEnv,
  state: State,
  ...events: readonly Event<Command>[]
): { readonly env: TestEnv; readonly state: State; readonly effects: readonly Effect<Command>[] } {
  const copy = start.snapshot();
  let current = state;
  const effects: Effect<Command>[] = [];
  for (const event of events) {
    const next = step({ config, log: copy }, current, event);
    performOn(copy, next.effects);
    effects.push(...next.effects);
    current = next.state;
  }
  return { env: { config, log: copy }, state: current, effects };
}
