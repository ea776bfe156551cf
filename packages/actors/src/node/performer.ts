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
import type { LetterWatch } from "./letter-watch.ts";
import { Outbox } from "./outbox.ts";
import type { Proposals } from "./read-letters.ts";
import { rejectProposals } from "./reject-proposals.ts";
import type { OutgoingMail } from "../mail/protocol.ts";
import type { Reads } from "./reads.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import type { SnapshotTaker } from "./snapshot-taker.ts";
import type { CommandBytes, Storage } from "../storage/storage.ts";

/** The timer that a node runs; it has one at a time. */
export type Timer = {
  /** `hastened`: an election timer of which only a short time is left. */
  readonly type: "election" | "hastened" | "heartbeat";
  readonly epoch: number;
  /** Of a hastened timer: this node's turn to stand, from 0 to 1, where it is known. See `turnToStand`. */
  readonly turn?: number | undefined;
};

/** The answer to an operator. */
export type Notice = Effect<never> & {
  readonly type: "changeTaken" | "rejectChange" | "transferEnded";
} & {
  /** The event that led to it: the order that it answers, or the one that ended a transfer that was under way. */
  readonly cause: Event<CommandBytes>;
};

/** When this node stands after the end of another: see `turnToStand`. */
export type TurnAfter = (dead: NodeId) => number;

/** What effects are performed on. */
export type Parts = {
  readonly config: Config;
  readonly turnAfter: TurnAfter;
  readonly log: MemoryLog<CommandBytes>;
  readonly storage: Storage;
  readonly snapshots: SnapshotStore;
  readonly applier: Applier;
  readonly reads: Reads;
  readonly taker: SnapshotTaker;
  readonly watch: LetterWatch | undefined;
};

type SnapshotEffect = Effect<CommandBytes> & {
  readonly type: "sendChunk" | "sendFetched" | "saveChunk" | "installSnapshot";
};

const NO_BYTES = new Uint8Array(0);

/**
 * Performs the core's effects, in the order in which it gives them.
 *
 * Messages go into one of two boxes: `early` for those that promise nothing and may leave before the disk is synced
 * (AppendEntries and the like from a leader whose term and vote are on disk), `held` for all others.
 */
export class Performer {
  readonly early: Outbox;
  readonly held: Outbox;
  /** Answers that depend on no disk: refused proposals and reads, and proposals that are forwarded. */
  readonly refusals: OutgoingMail[] = [];
  readonly notices: Notice[] = [];
  /** Events that effects led to, to be stepped at once. */
  readonly followUps: Event<CommandBytes>[] = [];
  /** The clients' parcels in the present `propose` event. The core accepts or rejects all of them. */
  proposals: readonly Proposals[] = [];
  readonly #parts: Parts;
  #hardStateSynced = true;
  #timer: Timer = { type: "election", epoch: 0 };

  constructor(parts: Parts) {
    this.#parts = parts;
    this.early = new Outbox(parts.config.uid, parts.watch);
    this.held = new Outbox(parts.config.uid, parts.watch);
  }

  /** The timer that should run. A new epoch means that it was started again. */
  get timer(): Timer {
    return this.#timer;
  }

  /** Takes the mail that may leave before the disk is synced. */
  takeEarly(): OutgoingMail[] {
    const mail = this.early.take();
    return this.refusals.length === 0 ? mail : [...mail, ...this.refusals.splice(0)];
  }

  /** The disk holds everything that was written. */
  synced(): void {
    this.#hardStateSynced = true;
  }

  /**
   * Performs one effect of an event. Two effects ask for nothing at this point:
   *
   * - `commit`: `NodeActor.apply` performs it, from the commit index in the state. It applies a bounded number of entries
   *   at a time, on a leader before the turn's sync and on the others after it.
   * - `proposed`: `appendLog` has appended the entries, and clients are answered when these are applied. Each command
   *   carries the session and the sequence number that its answer needs, so nothing has to be kept for it.
   */
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
      case "sendFetched":
      case "saveChunk":
      case "installSnapshot":
        return this.#performOnSnapshot(effect);
      case "readReady":
        return reads.ready(effect.id, effect.index);
      case "rejectRead":
        return this.#refuse(reads.refuse(effect.id, effect.leader));
      case "changeTaken":
      case "rejectChange":
      case "transferEnded":
        this.notices.push({ ...effect, cause });
        return;
      case "resetElectionTimer":
        return this.#resetTimer("election");
      case "hastenElectionTimer":
        return this.#resetTimer("hastened", cause);
      case "resetHeartbeatTimer":
        return this.#resetTimer("heartbeat");
      case "rejectProposal":
        return this.#refuse(rejectProposals(this.proposals, effect));
      case "commit":
      case "proposed":
        return;
      default:
        return effect satisfies never;
    }
  }

  #performOnSnapshot(effect: SnapshotEffect): void {
    switch (effect.type) {
      case "sendChunk":
        return this.#sendChunk(effect);
      case "sendFetched":
        return this.#sendFetched(effect);
      case "saveChunk":
        return this.#saveChunk(effect.snapshot, effect.offset, effect.bytes);
      case "installSnapshot":
        return this.#install(effect.snapshot);
      default:
        effect satisfies never;
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

  #sendFetched(effect: Effect<CommandBytes> & { readonly type: "sendFetched" }): void {
    const { to, uid, term, snapshot, offset } = effect;
    const { snapshots, config } = this.#parts;
    const bytes = snapshots.readIntact(snapshot, offset, config.maxAppendBytes) ?? NO_BYTES;
    const message = { type: "fetchedChunk", term, snapshot, offset, bytes } as const;
    if (to !== config.id) return this.#send(to, uid, message);
    this.followUps.push({ type: "message", from: to, fromUid: uid, toUid: uid, message });
  }

  #saveChunk(snapshot: Snapshot, offset: number, bytes: Uint8Array): void {
    const saved = this.#parts.snapshots.receive(snapshot, offset, bytes);
    if (saved === "whole") this.followUps.push({ type: "snapshotReceived", snapshot });
    if (saved === "broken") this.followUps.push({ type: "snapshotBroken", snapshot });
  }

  /** The snapshot is durable, so it may be read back before the reset of the log is durable: see `openStorage`. */
  #install(snapshot: Snapshot): void {
    const { log, storage, snapshots, applier, taker } = this.#parts;
    taker.abandon();
    log.reset(positionOf(snapshot));
    storage.reset(positionOf(snapshot));
    applier.restore(snapshots.parts(snapshot), snapshot.index);
    snapshots.removeOld();
  }

  #refuse(mail: readonly OutgoingMail[]): void {
    this.refusals.push(...mail);
  }

  #resetTimer(type: Timer["type"], cause?: Event<CommandBytes>): void {
    const turn = cause?.type === "peerDown" ? this.#parts.turnAfter(cause.node) : undefined;
    this.#timer = { type, epoch: this.#timer.epoch + 1, turn };
  }
}

/** Messages of a leader that claim nothing about its own disk except its term and vote (dissertation 10.2.1). */
function promisesNothing({ type }: Message<CommandBytes>): boolean {
  return type === "appendEntries" || type === "snapshotChunk" || type === "timeoutNow";
}
