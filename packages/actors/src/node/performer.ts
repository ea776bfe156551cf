import {
  positionOf,
  type Config,
  type Effect,
  type Event,
  type MemoryLog,
  type Message,
  type NodeId,
  type Snapshot,
} from "@kontiki/core";
import type { Applier } from "./applier.ts";
import { Outbox } from "./outbox.ts";
import type { OutgoingMail } from "../mail/protocol.ts";
import type { Reads } from "./reads.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import type { SnapshotTaker } from "./snapshot-taker.ts";
import type { CommandBytes, Storage } from "../storage/storage.ts";

/** Which of a node's timers runs. It has one at a time. */
export type Timer = {
  /** `hastened`: an election timer of which only a short random while is left. */
  readonly type: "election" | "hastened" | "heartbeat";
  readonly epoch: number;
};

/** What an operator is told. */
export type Notice = Effect<never> & {
  readonly type: "changeTaken" | "rejectChange" | "transferEnded";
} & {
  /** What it came of: the order that it answers, or what ended a transfer that was under way. */
  readonly cause: Event<CommandBytes>;
};

/** What effects are done to. */
export type Parts = {
  readonly config: Config;
  readonly log: MemoryLog<CommandBytes>;
  readonly storage: Storage;
  readonly snapshots: SnapshotStore;
  readonly applier: Applier;
  readonly reads: Reads;
  readonly taker: SnapshotTaker;
};

/**
 * Does what the core says must be done, in its order.
 *
 * Messages are put into one of two boxes: `early` for those that promise nothing and may leave before the disk is synced
 * (AppendEntries and the like of a leader whose term and vote are on disk), `held` for all others.
 */
export class Performer {
  readonly early: Outbox;
  readonly held: Outbox;
  /** Answers to clients that rest on nothing: refusals. */
  readonly refusals: OutgoingMail[] = [];
  readonly notices: Notice[] = [];
  /** What effects led to, to be stepped at once. */
  readonly followUps: Event<CommandBytes>[] = [];
  readonly #parts: Parts;
  #hardStateSynced = true;
  #timer: Timer = { type: "election", epoch: 0 };

  constructor(parts: Parts) {
    this.#parts = parts;
    this.early = new Outbox(parts.config.uid);
    this.held = new Outbox(parts.config.uid);
  }

  /** The timer that should be running. A new epoch means: started anew. */
  get timer(): Timer {
    return this.#timer;
  }

  /** Takes what may leave whether the disk is synced or not. */
  takeEarly(): OutgoingMail[] {
    const mail = this.early.take();
    return this.refusals.length === 0 ? mail : [...mail, ...this.refusals.splice(0)];
  }

  /** The disk holds everything that was written. */
  synced(): void {
    this.#hardStateSynced = true;
  }

  /** Does one effect of an event. Answers to `propose` are left to who proposed. */
  perform(effect: Effect<CommandBytes>, cause: Event<CommandBytes>): void {
    const { log, storage, reads } = this.#parts;
    switch (effect.type) {
      case "saveHardState":
        this.#hardStateSynced = false;
        return storage.saveHardState(effect.hard);
      case "truncateLog":
        log.truncate(effect.after);
        return storage.truncate(effect.after);
      case "appendLog":
        log.append(effect.entries);
        return storage.append(effect.entries);
      case "compactLog":
        log.compact(effect.upTo);
        return storage.compact(effect.upTo);
      case "logRepaired":
        return storage.forgetHorizon();
      case "send":
        return this.#send(effect.to, effect.uid, effect.message);
      case "sendChunk":
        return this.#sendChunk(effect);
      case "saveChunk":
        return this.#saveChunk(effect.snapshot, effect.offset, effect.bytes);
      case "installSnapshot":
        return this.#install(effect.snapshot);
      case "readReady":
        return reads.ready(effect.id, effect.index);
      case "rejectRead":
        this.refusals.push(...reads.refuse(effect.id, effect.leader));
        return;
      case "changeTaken":
      case "rejectChange":
      case "transferEnded":
        this.notices.push({ ...effect, cause });
        return;
      case "resetElectionTimer":
        return this.#resetTimer("election");
      case "hastenElectionTimer":
        return this.#resetTimer("hastened");
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

  #send(to: NodeId, uid: number, message: Message<CommandBytes>): void {
    const box = promisesNothing(message) && this.#hardStateSynced ? this.early : this.held;
    box.add(to, uid, message);
  }

  #sendChunk(effect: Effect<CommandBytes> & { readonly type: "sendChunk" }): void {
    const { to, uid, term, snapshot, offset } = effect;
    const { snapshots, config } = this.#parts;
    const bytes = snapshots.read(snapshot, offset, config.maxAppendBytes);
    if (bytes === undefined) this.followUps.push({ type: "snapshotGone", snapshot });
    else this.#send(to, uid, { type: "snapshotChunk", term, snapshot, offset, bytes });
  }

  #saveChunk(snapshot: Snapshot, offset: number, bytes: Uint8Array): void {
    const saved = this.#parts.snapshots.receive(snapshot, offset, bytes);
    if (saved === "whole") this.followUps.push({ type: "snapshotReceived", snapshot });
    if (saved === "broken") this.followUps.push({ type: "snapshotBroken", snapshot });
  }

  /** The snapshot is durable already, so it may be read back before the log's reset is: see `openStorage`. */
  #install(snapshot: Snapshot): void {
    const { log, storage, snapshots, applier, taker } = this.#parts;
    taker.abandon();
    log.reset(positionOf(snapshot));
    storage.reset(positionOf(snapshot));
    applier.restore(snapshots.parts(snapshot), snapshot.index);
    snapshots.removeOld();
  }

  #resetTimer(type: Timer["type"]): void {
    this.#timer = { type, epoch: this.#timer.epoch + 1 };
  }
}

/** Messages of a leader that claim nothing about its own disk but term and vote (dissertation 10.2.1). */
function promisesNothing({ type }: Message<CommandBytes>): boolean {
  return type === "appendEntries" || type === "snapshotChunk" || type === "timeoutNow";
}
