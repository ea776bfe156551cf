import {
  assert,
  leaderOf,
  MemoryLog,
  restore,
  step,
  type Config,
  type Effect,
  type Env,
  type Event,
  type Index,
  type State,
} from "@kontiki/core";
import { Applier } from "./applier.ts";
import type { Letter } from "./letter.ts";
import { Outbox } from "./outbox.ts";
import type { OutgoingMail } from "./protocol.ts";
import { readLetters, type Proposals } from "./read-letters.ts";
import type { StateMachine } from "./state-machine.ts";
import type { RaftStatus } from "./status.ts";
import type { CommandBytes, Recovered, Storage } from "./storage.ts";
import { encodeParcel } from "./wire.ts";

/** Entries applied in one turn, so that a long backlog does not keep a node from its mailbox. */
const APPLY_MAX = 8192;

/** Which of a node's two timers runs. It has one at a time. */
export type Timer = { readonly type: "election" | "heartbeat"; readonly epoch: number };

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
  readonly #early = new Outbox();
  readonly #held = new Outbox();
  readonly #refusals: OutgoingMail[] = [];
  #state: State;
  #hardStateSynced = true;
  #timer: Timer = { type: "election", epoch: 0 };
  #malformed = 0;

  constructor(config: Config, recovered: Recovered, storage: Storage, machine: StateMachine) {
    this.#log = new MemoryLog((command) => command.length, recovered.entries);
    this.#env = { config, log: this.#log };
    this.#state = restore(recovered.hard, this.#log);
    this.#storage = storage;
    this.#applier = new Applier(machine);
  }

  /** Handles letters and writes what they led to. Gives the mail that need not wait for the disk. */
  begin(letters: readonly Letter[]): OutgoingMail[] {
    const read = readLetters(letters, this.#env.config);
    this.#malformed += read.malformed;
    for (const event of read.messages) this.#step(event);
    for (const epoch of read.timers) this.#onTimer(epoch);
    this.#propose(read.proposals);
    this.#step({ type: "replicate" });
    this.#storage.flush();
    return [...this.#early.take(), ...this.#refusals.splice(0)];
  }

  /**
   * Applies what is committed, a bounded part of it at a time. Gives the answers to clients. May come at any time in a
   * turn, before the sync or after it, and more than once.
   */
  apply(): OutgoingMail[] {
    const { role, term, commit } = this.#state;
    const answerTerm = role.type === "leader" ? term : undefined;
    return this.#applier.apply(this.#log, commit, APPLY_MAX, answerTerm);
  }

  /** Goes on after the disk was synced: gives all promises of the turn, and what follows from being durable. */
  finish(): OutgoingMail[] {
    this.#hardStateSynced = true;
    const last = this.#log.lastIndex;
    const term = this.#log.termAt(last);
    assert(term !== undefined, "a log knows the term of its last entry");
    if (this.#state.durable < last) this.#step({ type: "durable", index: last, term });
    this.#step({ type: "replicate" });
    return [...this.#held.take(), ...this.#early.take()];
  }

  /** Whether another turn is due although the mailbox may be empty: a backlog of committed entries. */
  get hasBacklog(): boolean {
    return this.#applier.applied < this.#state.commit;
  }

  /** Whether clients may wait for its answers. */
  get leads(): boolean {
    return this.#state.role.type === "leader";
  }

  /** The timer that should be running. A new epoch means: started anew. */
  get timer(): Timer {
    return this.#timer;
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

  status(): RaftStatus {
    const { term, commit, role } = this.#state;
    const leader = leaderOf(this.#env.config, this.#state);
    return {
      role: role.type,
      term,
      leader,
      commit,
      last: this.#log.lastIndex,
      applied: this.#applier.applied,
    };
  }

  /** The state machine's state, and the last entry that is in it. */
  snapshot(): { readonly applied: Index; readonly state: unknown } {
    return { applied: this.#applier.applied, state: this.#applier.snapshot() };
  }

  /** A timeout that was under way when its timer was reset is stale: the leader was heard after all. */
  #onTimer(epoch: number): void {
    if (epoch !== this.#timer.epoch) return;
    this.#step({ type: this.#timer.type === "election" ? "electionTimeout" : "heartbeatTimeout" });
  }

  /** All proposals of a turn are one event, so that they share one write and one round of messages. */
  #propose(proposals: readonly Proposals[]): void {
    const commands = proposals.flatMap((parcel) => parcel.commands);
    if (commands.length === 0) return;
    for (const effect of this.#step({ type: "propose", commands })) {
      if (effect.type !== "rejectProposal") continue;
      const { leader } = effect;
      for (const { from, id } of proposals) {
        this.#refusals.push({ to: from, bytes: encodeParcel({ type: "refused", id, leader }) });
      }
    }
  }

  #step(event: Event<CommandBytes>): readonly Effect<CommandBytes>[] {
    const { state, effects } = step(this.#env, this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    return effects;
  }

  #perform(effect: Effect<CommandBytes>): void {
    switch (effect.type) {
      case "saveHardState":
        this.#hardStateSynced = false;
        return this.#storage.saveHardState(effect.hard);
      case "truncateLog":
        this.#log.truncate(effect.after);
        return this.#storage.truncate(effect.after);
      case "appendLog":
        this.#log.append(effect.entries);
        return this.#storage.append(effect.entries);
      case "send":
        return this.#boxFor(effect.message.type).add(effect.to, effect.message);
      case "resetElectionTimer":
        return this.#resetTimer("election");
      case "resetHeartbeatTimer":
        return this.#resetTimer("heartbeat");
      case "commit":
      case "proposed":
      case "rejectProposal":
        return;
      default:
        return effect satisfies never;
    }
  }

  #boxFor(type: string): Outbox {
    return type === "appendEntries" && this.#hardStateSynced ? this.#early : this.#held;
  }

  #resetTimer(type: Timer["type"]): void {
    this.#timer = { type, epoch: this.#timer.epoch + 1 };
  }
}
