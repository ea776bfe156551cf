import {
  assert,
  isChanging,
  isVoter,
  leaderOf,
  membershipAt,
  membershipOf,
  MemoryLog,
  restore,
  step,
  uidOf,
  type Config,
  type Effect,
  type Env,
  type Event,
  type Index,
  type InForce,
  type LogPosition,
  type State,
  type Step,
} from "@kontiki/core";
import { Applier } from "./applier.ts";
import type { Lease } from "./lease.ts";
import type { Letter } from "./letter.ts";
import { Performer, type Notice, type Timer } from "./performer.ts";
import type { OutgoingMail } from "../mail/protocol.ts";
import { readLetters, type Proposals, type Questions, type Read } from "./read-letters.ts";
import { Reads, type ReadIds } from "./reads.ts";
import { SnapshotTaker, type SnapshotPolicy } from "./snapshot-taker.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import type { StateMachine } from "../machine/state-machine.ts";
import type { RaftStatus } from "../mail/status.ts";
import type { CommandBytes, Recovered, Storage } from "../storage/storage.ts";
import type { Tracer } from "../trace/trace.ts";
import { encodeParcel } from "../mail/wire.ts";

export type { Notice, Timer } from "./performer.ts";

/** Entries applied in one turn, so that a long backlog does not keep a node from its mailbox. */
const APPLY_MAX = 8192;

/** What a node is made of. */
export type NodeParts = {
  readonly config: Config;
  readonly recovered: Recovered;
  readonly storage: Storage;
  readonly snapshots: SnapshotStore;
  readonly machine: StateMachine;
  /** Of its thread, which keeps them when its disk is opened again. */
  readonly readIds: ReadIds;
  readonly policy: SnapshotPolicy;
  /** Undefined unless `config.leases`. */
  readonly lease: Lease | undefined;
  readonly tracer: Tracer | undefined;
};

/**
 * One Raft node: the pure core, its disk, its state machine, and the order in which they meet.
 *
 * A turn is `begin`, a sync of the disk, `finish`, and `apply` on either side of the sync. Nothing here knows of threads,
 * ports, clocks or chance: who drives it puts letters in and posts what comes out. What leaves when is the durability
 * contract:
 *
 * - after `begin`, before the sync: AppendEntries of a leader whose term and vote are on disk. They promise nothing,
 *   so the followers' disks work while the leader's does (dissertation 10.2.1). Refusals to clients as well;
 * - after `apply`, before or after the sync: answers to clients. What is committed is on the disks of a majority;
 * - after the sync: everything else. Every reply, a refusal included, and every request for a vote claims a term, a
 *   vote or a log that must survive (§5.2, Figure 2).
 */
export class NodeActor {
  readonly #env: Env<CommandBytes>;
  readonly #log: MemoryLog<CommandBytes>;
  readonly #storage: Storage;
  readonly #applier: Applier;
  readonly #reads: Reads;
  readonly #taker: SnapshotTaker;
  readonly #performer: Performer;
  readonly #lease: Lease | undefined;
  readonly #tracer: Tracer | undefined;
  /** The last start of each peer's thread that was heard of. */
  readonly #incarnations = new Map<string, number>();
  #state: State;
  #now = 0;
  #malformed = 0;

  constructor(parts: NodeParts) {
    const { config, recovered, storage, snapshots, machine, policy } = parts;
    const { hard, base, entries, snapshot, horizon } = recovered;
    this.#log = new MemoryLog((command) => command.length, entries, base);
    this.#env = { config, log: this.#log };
    this.#state = restore(hard, this.#log, { snapshot, horizon, leases: config.leases });
    this.#storage = storage;
    this.#applier = new Applier(machine);
    if (snapshot !== undefined) this.#applier.restore(snapshots.parts(snapshot), snapshot.index);
    this.#reads = new Reads(parts.readIds);
    this.#taker = new SnapshotTaker(snapshots, this.#applier, policy);
    const { log, applier, reads, taker } = this.#ports();
    this.#performer = new Performer({ config, log, storage, snapshots, applier, reads, taker });
    this.#lease = parts.lease;
    this.#tracer = parts.tracer;
  }

  /**
   * Handles letters and writes what they led to. Gives the mail that need not wait for the disk.
   *
   * @param now in ms by a monotonic clock, read before the letters were.
   */
  begin(letters: readonly Letter[], now: number): OutgoingMail[] {
    this.#now = now;
    const read = readLetters(letters);
    this.#malformed += read.malformed;
    this.#onObituaries(read);
    for (const event of read.messages) this.#step(event);
    for (const timeout of read.timeouts) this.#onTimeout(timeout);
    for (const order of read.orders) this.#step(order);
    this.#propose(read.proposals);
    this.#ask(read.questions);
    this.#workOnSnapshot();
    this.#replicate();
    this.#storage.flush();
    return this.#performer.takeEarly();
  }

  /**
   * Applies what is committed, a bounded part of it at a time. Gives the answers to clients. May come at any time in a
   * turn, before the sync or after it, and more than once.
   */
  apply(): OutgoingMail[] {
    const { role, term, commit } = this.#state;
    const answerTerm = role.type === "leader" ? term : undefined;
    const answers = this.#applier.apply(this.#log, commit, APPLY_MAX, answerTerm);
    const read = this.#reads.answer(this.#applier.applied, (question) =>
      this.#applier.query(question),
    );
    return read.length === 0 ? answers : [...answers, ...read];
  }

  /** Goes on after the disk was synced: gives all promises of the turn, and what follows from being durable. */
  finish(): OutgoingMail[] {
    const performer = this.#performer;
    performer.synced();
    const last = this.#log.lastIndex;
    const term = this.#log.termAt(last);
    assert(term !== undefined, "a log knows the term of its last entry");
    if (this.#state.durable < last) {
      this.#step({ type: "durable", index: last, term });
      this.#replicate();
    }
    this.#tracer?.flush();
    const promises = performer.held.take();
    const rest = performer.takeEarly();
    return rest.length === 0 ? promises : [...promises, ...rest];
  }

  /** Whether another turn is due although the mailbox may be empty: entries to apply, a snapshot to write. */
  get hasBacklog(): boolean {
    return this.#applier.applied < this.#state.commit || this.#taker.isWriting;
  }

  /** The last entry that the state machine has applied, or is applying. */
  get applied(): Index {
    return this.#applier.applied;
  }

  /** Whether clients may wait for its answers. */
  get leads(): boolean {
    return this.#state.role.type === "leader";
  }

  /** The timer that should be running. A new epoch means: started anew. */
  get timer(): Timer {
    return this.#performer.timer;
  }

  /** Letters that could not be read so far. */
  get malformed(): number {
    return this.#malformed;
  }

  get log(): MemoryLog<CommandBytes> {
    return this.#log;
  }

  get state(): State {
    return this.#state;
  }

  /** The membership that counts, from which entry on, and whether that is committed. */
  get membership(): InForce & { readonly committed: boolean } {
    const membership = membershipOf(this.#env, this.#state);
    const index = this.#state.memberships.at(-1)?.index ?? (0 as Index);
    return { index, membership, committed: !isChanging(this.#state) };
  }

  /** Takes what operators are to be told. */
  takeNotices(): readonly Notice[] {
    return this.#performer.notices.splice(0);
  }

  status(): RaftStatus {
    const { term, commit, role, snapshot, horizon } = this.#state;
    const receiving = role.type === "follower" ? role.receiving : undefined;
    const membership = membershipOf(this.#env, this.#state);
    const { id, uid } = this.#env.config;
    return {
      role: role.type,
      term,
      leader: leaderOf(this.#env.config, this.#state),
      commit,
      last: this.#log.lastIndex,
      applied: this.#applier.applied,
      first: this.#log.firstIndex,
      snapshot: snapshot?.index ?? (0 as Index),
      votes: isVoter(membership, id) && uidOf(membership, id) === uid,
      repairing: horizon !== undefined,
      receiving:
        receiving === undefined
          ? undefined
          : { received: receiving.received, size: receiving.snapshot.size },
    };
  }

  /** SHA-256 of the state machine's state in hex, and the last entry that is in it. */
  digest(): { readonly applied: Index; readonly sha256: string } {
    return { applied: this.#applier.applied, sha256: this.#applier.digest() };
  }

  /**
   * Begins a snapshot of the state as it is, unless one is being taken; it is written over the next turns.
   *
   * It may be of an entry before the commit index: under load there is always more that is committed than applied.
   *
   * @returns the entry it ends with, or undefined while there is none to take: nothing is applied behind the last one.
   */
  beginSnapshot(): LogPosition | undefined {
    const index = this.#applier.applied;
    if (this.#taker.isWriting || index <= (this.#state.snapshot?.index ?? 0)) return undefined;
    const term = this.#log.termAt(index);
    assert(term !== undefined, "what was applied behind the last snapshot is in the log");
    this.#taker.begin({ index, term }, membershipAt(this.#env, this.#state, index));
    return { index, term };
  }

  #ports(): { log: MemoryLog<CommandBytes>; applier: Applier; reads: Reads; taker: SnapshotTaker } {
    return { log: this.#log, applier: this.#applier, reads: this.#reads, taker: this.#taker };
  }

  /** An obituary counts unless the node it speaks of was heard again since, from a later thread. */
  #onObituaries({ obituaries, heard }: Read): void {
    for (const [node, incarnation] of heard)
      this.#incarnations.set(node, Math.max(incarnation, this.#incarnations.get(node) ?? 0));
    for (const { node, incarnation } of obituaries) {
      if (incarnation < (this.#incarnations.get(node) ?? 0)) continue;
      this.#step({ type: "peerDown", node });
    }
  }

  /** A timeout that was under way when its timer was reset is stale: the leader was heard after all. */
  #onTimeout({ type, epoch }: Read["timeouts"][number]): void {
    if (epoch !== this.timer.epoch) return;
    if (type === "silence") this.#step({ type: "leaderSilent" });
    else
      this.#step({
        type: this.timer.type === "heartbeat" ? "heartbeatTimeout" : "electionTimeout",
      });
  }

  /**
   * All proposals of a turn are one event, so that they share one write and one round of messages. Whoever does not lead
   * sends them on to the leader, which answers the client itself.
   */
  #propose(proposals: readonly Proposals[]): void {
    if (proposals.length === 0) return;
    const commands = proposals.flatMap((parcel) => parcel.commands);
    if (commands.length === 0) return;
    for (const effect of this.#step({ type: "propose", commands })) {
      if (effect.type === "rejectProposal")
        proposals.forEach((each) => this.#turnAway(each, effect));
    }
  }

  #turnAway(
    { client, id, commands, forwarded }: Proposals,
    { reason, leader }: Effect<CommandBytes> & { readonly type: "rejectProposal" },
  ): void {
    const { refusals } = this.#performer;
    if (reason === "notLeader" && leader !== undefined && !forwarded)
      refusals.push({
        to: leader,
        bytes: encodeParcel({ type: "forward", client, id, commands }),
      });
    else
      refusals.push({ to: client, bytes: encodeParcel({ type: "refused", id, reason, leader }) });
  }

  #ask(questions: readonly Questions[]): void {
    if (questions.length === 0) return;
    const stale = questions.filter(({ consistency }) => consistency === "stale");
    if (stale.length > 0)
      this.#reads.ready(this.#reads.ask(stale, this.#now), this.#applier.applied);
    const leased = this.#lease?.holds(this.#env, this.#state, this.#now) ?? false;
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

  #workOnSnapshot(): void {
    const last = this.#state.snapshot?.index ?? (0 as Index);
    // What is behind the newest snapshot is in the log, and what is in the snapshot is applied.
    const bytesSince = this.#log.bytesBetween(last, this.#applier.applied);
    if (this.#taker.isDue(last, bytesSince)) this.beginSnapshot();
    const snapshot = this.#taker.work();
    if (snapshot !== undefined) this.#step({ type: "snapshotTaken", snapshot });
  }

  #step(event: Event<CommandBytes>): readonly Effect<CommandBytes>[] {
    const { state, effects } = this.#traced(event);
    this.#state = state;
    this.#lease?.observe(state, this.#now);
    const performer = this.#performer;
    for (const effect of effects) performer.perform(effect, event);
    for (
      let next = performer.followUps.shift();
      next !== undefined;
      next = performer.followUps.shift()
    )
      this.#step(next);
    return effects;
  }

  #traced(event: Event<CommandBytes>): Step<CommandBytes> {
    const before = this.#state;
    if (this.#tracer === undefined) return step(this.#env, before, event);
    try {
      const next = step(this.#env, before, event);
      this.#tracer.step(event, before, next.state, next.effects);
      return next;
    } catch (error) {
      if (error instanceof Error) this.#tracer.failed(event, error);
      this.#tracer.flush();
      throw error;
    }
  }
}
