import {
  assert,
  membershipAt,
  MemoryLog,
  restore,
  type Env,
  type Event,
  type Index,
  type LogPosition,
  type State,
} from "@kontiki/core";
import { Applier } from "./applier.ts";
import { awaitsNoAnswer } from "./awaited.ts";
import type { Digest } from "./digest-marks.ts";
import type { Letter } from "./letter.ts";
import type { LetterWatch } from "./letter-watch.ts";
import { LIMIT_DEFAULTS, type NodeParts } from "./node-parts.ts";
import { PeerStarts } from "./peer-starts.ts";
import { Performer, type Notice, type Timer, type TurnAfter } from "./performer.ts";
import { keptWithin } from "./kept-entries.ts";
import type { OutgoingMail } from "../mail/protocol.ts";
import { membershipInForce, raftStatus, type MembershipInForce } from "./raft-status.ts";
import { eventsOf } from "./events-of.ts";
import { readLetters, type Proposals, type Questions, type Read } from "./read-letters.ts";
import { Reads } from "./reads.ts";
import { SnapshotTaker } from "./snapshot-taker.ts";
import { Stepper } from "./stepper.ts";
import { salvageOf } from "../storage/salvaged.ts";
import type { RaftStatus } from "../mail/status.ts";
import type { CommandBytes, Storage } from "../storage/storage.ts";
import type { Tracer } from "../trace/trace.ts";
import { turnToStand } from "./turn-to-stand.ts";

export type { Notice, Timer } from "./performer.ts";

/**
 * One Raft node: the pure core, its disk, its state machine, and the order in which they act.
 *
 * A turn is `begin`, `write`, a sync of the disk, `finish`, `apply` on either side of the sync, and `workOnSnapshot` once all
 * mail has left. Nothing here knows of threads, ports, clocks or chance: the driver puts letters in and posts what comes
 * out. What leaves when is the durability contract:
 *
 * - after `begin`, before the write and the sync: AppendEntries of a leader whose term and vote are on disk. They promise
 *   nothing, so the followers' disks work while the leader's does (dissertation 10.2.1). Refusals to clients as well;
 * - after `apply`, before or after the sync: answers to clients. What is committed is on the disks of a majority;
 * - after the sync: everything else. Every reply, a refusal included, and every request for a vote claims a term, a
 *   vote or a log that must survive (§5.2, Figure 2).
 */
export class NodeActor {
  readonly #log: MemoryLog<CommandBytes>;
  readonly #storage: Storage;
  readonly #applier: Applier;
  readonly #reads: Reads;
  readonly #taker: SnapshotTaker;
  readonly #performer: Performer;
  readonly #stepper: Stepper;
  readonly #tracer: Tracer | undefined;
  readonly #peers = new PeerStarts();
  readonly #turnEntries: number;
  readonly #watch: LetterWatch | undefined;
  #letters: readonly Letter[] = [];
  #now = 0;
  /** Whether the compaction after a snapshot waits for the write of the next turn. */
  #isCompactionDue = false;
  #malformed = 0;

  constructor(parts: NodeParts) {
    const { config, recovered, storage, snapshots, machine, policy, lease, tracer } = parts;
    const { hard, base, snapshot, horizon, salvage } = recovered;
    // All entries as objects survive, and collecting garbage around them would take as long as to read them.
    const entries = parts.packed ?? recovered.entries;
    const log = new MemoryLog((command: CommandBytes) => command.length, entries, base);
    const state = restore(hard, log, { snapshot, horizon, leases: config.leases });
    const { turnEntries, sessions } = { ...LIMIT_DEFAULTS, ...parts.limits };
    const applier = new Applier(machine, sessions, parts.entries);
    if (snapshot !== undefined) applier.restore(snapshots.parts(snapshot), snapshot.index);
    const reads = new Reads(parts.readIds);
    const taker = new SnapshotTaker(snapshots, applier, policy, config);
    const turnAfter: TurnAfter = (dead) => turnToStand(this.env, this.state, dead);
    const device = { log, storage, snapshots, applier, reads, taker };
    const performer = new Performer({ config, turnAfter, ...device, watch: parts.watch });
    this.#log = log;
    this.#storage = storage;
    this.#applier = applier;
    this.#turnEntries = turnEntries;
    this.#watch = parts.watch;
    this.#reads = reads;
    this.#taker = taker;
    this.#performer = performer;
    this.#stepper = new Stepper({
      env: { config, log, ...(salvage && { salvage: salvageOf(salvage) }) },
      state,
      performer,
      lease,
      tracer,
      observer: parts.observer,
    });
    this.#tracer = tracer;
  }

  /**
   * Handles letters. Gives the mail that need not wait for the disk, not even for {@link write}.
   *
   * @param now in ms by a monotonic clock, read before the letters were taken.
   */
  begin(letters: readonly Letter[], now: number): OutgoingMail[] {
    this.#now = now;
    this.#letters = letters;
    const read = readLetters(letters, this.#watch);
    this.#malformed += read.malformed;
    this.#peers.heard(read.heard);
    const gone = read.obituaries.filter((each) => this.#peers.counts(each, this.state.term));
    for (const event of eventsOf(read.messages, gone)) this.#step(event);
    for (const timeout of read.timeouts) this.#onTimeout(timeout);
    for (const order of read.orders) this.#step(order);
    this.#propose(read.proposals);
    this.#ask(read.questions);
    this.#replicate();
    return this.#performer.takeEarly();
  }

  /** Writes what the letters led to, for the sync of this turn. The early mail has left: followers work meanwhile. */
  write(): void {
    this.#storage.flush();
    this.#isCompactionDue = false;
  }

  /**
   * Applies what is committed, a bounded part of it at a time. Returns the answers to clients. May be called at any time in
   * a turn, before the sync or after it, and more than once.
   */
  apply(): OutgoingMail[] {
    const { role, term, commit } = this.state;
    const answerTerm = role.type === "leader" ? term : undefined;
    const answers = this.#applier.apply(this.#log, commit, this.#turnEntries, answerTerm);
    const read = this.#reads.answer(this.#applier.applied, (question) =>
      this.#applier.query(question),
    );
    return read.length === 0 ? answers : [...answers, ...read];
  }

  /** Continues after the disk was synced. Gives all promises of the turn, and what follows from being durable. */
  finish(): OutgoingMail[] {
    const performer = this.#performer;
    performer.synced();
    const last = this.#log.lastIndex;
    const term = this.#log.termAt(last);
    assert(term !== undefined, "a log knows the term of its last entry");
    if (this.state.durable < last) {
      this.#step({ type: "durable", index: last, term });
      this.#replicate();
    }
    this.#tracer?.flush();
    const promises = performer.held.take();
    const rest = performer.takeEarly();
    return rest.length === 0 ? promises : [...promises, ...rest];
  }

  /**
   * Whether another turn is due although the mailbox may be empty: there are entries to apply, a snapshot to write, or the
   * compaction after one.
   */
  get hasBacklog(): boolean {
    return (
      this.#applier.applied < this.state.commit || this.#taker.isWriting || this.#isCompactionDue
    );
  }

  /** Index of the last entry that the state machine has applied or is applying. */
  get applied(): Index {
    return this.#applier.applied;
  }

  get leads(): boolean {
    return this.state.role.type === "leader";
  }

  /** Whether no answer of another node would let this one do anything before its next heartbeat. */
  get awaitsNoAnswer(): boolean {
    return awaitsNoAnswer(this.#stepper.env, this.state);
  }

  /** Its turn to stand when all nodes have just started, from 0 to 1. */
  get turnAtStart(): number {
    return turnToStand(this.env, this.state);
  }

  /** The timer that should run. A new epoch means that it was started again. */
  get timer(): Timer {
    return this.#performer.timer;
  }

  /** The letters of the present turn, for observers. */
  get letters(): readonly Letter[] {
    return this.#letters;
  }

  /** Whether the node leads, and by its clock no other node can, as of the beginning of the present turn. */
  get holdsLease(): boolean {
    return this.#stepper.holdsLease(this.#now);
  }

  /** What its core may read. */
  get env(): Env<CommandBytes> {
    return this.#stepper.env;
  }

  /** How many letters could not be read so far. */
  get malformed(): number {
    return this.#malformed;
  }

  get log(): MemoryLog<CommandBytes> {
    return this.#log;
  }

  get state(): State {
    return this.#stepper.state;
  }

  get membership(): MembershipInForce {
    return membershipInForce(this.#stepper.env, this.state);
  }

  /** Takes the answers to operators. */
  takeNotices(): readonly Notice[] {
    const { notices } = this.#performer;
    return notices.length === 0 ? [] : notices.splice(0);
  }

  status(): RaftStatus {
    return raftStatus(this.#stepper.env, this.state, this.#applier.applied);
  }

  /** SHA-256 of the state machine's state in hex, and the index of the last entry applied to it. */
  digest(): Digest {
    return { applied: this.#applier.applied, sha256: this.#applier.digest() };
  }

  /** A copy of what the state machine's snapshot is now. @throws StateMachineError when that is not plain data. */
  machineState(): unknown {
    return this.#applier.machineState();
  }

  /**
   * Calls back with the digest of the state after the entry at `at`, as soon as it is applied; with undefined when a later
   * one was applied already, and with an error when the machine gives no state.
   */
  digestAt(at: Index, callback: (digest: Digest | undefined | Error) => void): void {
    this.#applier.digestAt(at, callback);
  }

  /**
   * Begins a snapshot of the present state, unless one is being taken; it is written over the next turns.
   *
   * It may end before the commit index: under load there is always more committed than applied.
   *
   * @returns the entry it ends with; undefined when there is none to take, as nothing was applied after the last one.
   */
  beginSnapshot(): LogPosition | undefined {
    const index = this.#applier.applied;
    if (this.#taker.isWriting || index <= (this.state.snapshot?.index ?? 0)) return undefined;
    const term = this.#log.termAt(index);
    assert(term !== undefined, "what was applied after the last snapshot is in the log");
    this.#taker.begin({ index, term }, membershipAt(this.#stepper.env, this.state, index));
    return { index, term };
  }

  /**
   * Writes a bounded part of a snapshot, and begins one that is due. To be called at the end of a turn, after its mail has
   * left: nothing in it depends on a snapshot, and writing one takes as long as several turns.
   *
   * Once the snapshot is durable under its name the log is compacted, in memory at once and on the disk with the next turn's
   * batch. After a crash in between, log and snapshot overlap.
   */
  workOnSnapshot(): void {
    const last = this.state.snapshot;
    // What comes after the newest snapshot is in the log, and what is in the snapshot is applied.
    const from = last?.index ?? (0 as Index);
    const bytesSince = this.#log.bytesBetween(from, this.#applier.applied);
    if (this.#taker.isDue(last, bytesSince)) this.beginSnapshot();
    const snapshot = this.#taker.work();
    if (snapshot === undefined) return;
    this.#isCompactionDue = true;
    this.#step({ type: "snapshotTaken", snapshot });
    const kept = keptWithin(this.#log, snapshot.index);
    if (kept !== undefined) this.#step({ type: "compact", keptEntries: kept });
  }

  /** A timeout that was in the mailbox when its timer was reset is stale: the leader was heard after all. */
  #onTimeout({ type, epoch }: Read["timeouts"][number]): void {
    if (epoch !== this.timer.epoch) return;
    if (type === "silence") this.#step({ type: "leaderSilent" });
    else
      this.#step({
        type: this.timer.type === "heartbeat" ? "heartbeatTimeout" : "electionTimeout",
      });
  }

  /** All proposals of a turn are one event, so that they share one write and one round of messages. */
  #propose(proposals: readonly Proposals[]): void {
    if (proposals.length === 0) return;
    const commands = proposals.flatMap((parcel) => parcel.commands);
    if (commands.length === 0) return;
    this.#performer.proposals = proposals;
    this.#step({ type: "propose", commands });
    this.#performer.proposals = [];
  }

  #ask(questions: readonly Questions[]): void {
    if (questions.length === 0) return;
    const stale = questions.filter(({ consistency }) => consistency === "stale");
    if (stale.length > 0)
      this.#reads.ready(this.#reads.ask(stale, this.#now), this.#applier.applied);
    const leased = this.#stepper.holdsLease(this.#now);
    const fresh = questions.filter(({ consistency }) => consistency !== "stale");
    const isLeased = ({ consistency }: Questions): boolean => leased && consistency === "lease";
    for (const [some, byLease] of [
      [fresh.filter(isLeased), true],
      [fresh.filter((each) => !isLeased(each)), false],
    ] as const) {
      if (some.length === 0) continue;
      this.#step({ type: "read", id: this.#reads.ask(some, this.#now), leased: byLease });
    }
  }

  #replicate(): void {
    if (this.leads) this.#step({ type: "replicate" });
  }

  #step(event: Event<CommandBytes>): void {
    this.#stepper.step(event, this.#now);
  }
}
