import { sameMembership } from "@kontiki/core";
import { DiskError } from "../storage/disk/disk.ts";
import type { Letter, Order } from "./letter.ts";
import type { NodeActor, Notice } from "./node-actor.ts";
import type { NodePort } from "./node-port.ts";
import type { FromNode, OutgoingMail } from "../mail/protocol.ts";
import { refuseProposals } from "./refuse-proposals.ts";
import { sameStatus, type RaftStatus } from "../mail/status.ts";
import type { Storage } from "../storage/storage.ts";
import { TimerRunner, type Clock, type TimerLengths } from "./timers.ts";

/** Most letters and bytes that one turn takes in, so that a turn stays short and its batch bounded. */
const TURN_LETTERS_MAX = 1024;
const TURN_BYTES_MAX = 8 * 1024 * 1024;

/** Pauses between attempts to use a disk again that has failed, in ms. */
const REOPEN_MS = { first: 100, last: 5_000 } as const;

/** A sync that takes so many election timeouts makes a leader hand over: a slow disk is no healthy leader's. */
const SLOW_SYNC = 0.5;

/** What is told of a log that was found damaged at an earlier start, and is not repaired yet. */
const DAMAGED_BEFORE =
  "a part of its log was damaged: it does not vote until its leader has repaired it";

/** A node as it came from its disk. */
export type Opened = {
  readonly actor: NodeActor;
  /** What the actor writes to, as far as its runner has to do with it. */
  readonly storage: Pick<Storage, "sync" | "close">;
  /** What was found damaged, as one line for people. */
  readonly damage: string | undefined;
};

/** What a runner is given to live in: a thread, or a simulation of one. */
export type RunnerPorts = {
  readonly port: NodePort;
  readonly lengths: TimerLengths;
  readonly clock: Clock;
  /** Calls back once what is under way is over; gives a function that calls it off. */
  readonly soon: (callback: () => void) => () => void;
  /** Calls back when the disk can sync what was written: at once where a sync blocks the thread, and never after `stop`. */
  readonly whenSyncable: (callback: () => void) => void;
  /** Recovers the node from its disk, as at a start. @throws DiskError while the disk cannot be used. */
  readonly open: () => Opened | Promise<Opened>;
  /** Told what operators are to hear, after the turn in which it happened. */
  readonly onNotice: (notice: Notice) => void;
};

/** A turn that waits for its sync. */
type Turn = { readonly opened: Opened; readonly full: boolean; readonly before: number };

/**
 * Drives a node: takes letters from the port, runs turns, posts what they give, keeps the timer.
 *
 * A turn runs to its end, sync included, before the next begins. In a thread of its own it blocks meanwhile, which is
 * right, as nobody else lives there. While it does, letters gather in the port, and the next turn takes them all.
 *
 * When the disk refuses, nothing that rests on it is said any more: the node is dropped as in a crash, its clients turn
 * elsewhere, and it is recovered from the disk as soon as that can be used again, with new file descriptors.
 */
export class NodeRunner {
  readonly #ports: RunnerPorts;
  readonly #timers: TimerRunner;
  #opened: Opened | undefined;
  #callOffNext: (() => void) | undefined;
  /** The turn under way, while its sync is waited for, and whether another was wanted meanwhile. */
  #turnUnderWay: Turn | undefined;
  #wantsAnother = false;
  #callOffReopening = (): void => {};
  #stopped = false;
  /** Timeouts that wait until all mail is read. */
  readonly #timeouts: Letter[] = [];
  /** What the supervisor has not been told yet, and what it was told last. */
  #taken = { letters: 0, bytes: 0 };
  #malformedTold = 0;
  #told: RaftStatus | undefined;
  #membershipTold: NodeActor["membership"] | undefined;
  #troubleTold: string | undefined;

  constructor(ports: RunnerPorts, opened: Opened) {
    this.#ports = ports;
    this.#opened = opened;
    this.#timers = new TimerRunner(ports.lengths, ports.clock, (type, epoch) =>
      this.#turn([{ type, epoch }]),
    );
  }

  /** Starts taking mail, and tells the supervisor where the node stands. */
  start(): void {
    this.#ports.port.onLetters(() => this.#turn([]));
    this.#begin();
  }

  /** The node, while its disk can be used and until the end. */
  get actor(): NodeActor | undefined {
    return this.#opened?.actor;
  }

  /** Has an order carried out, in a turn of its own. What comes of it is a notice. */
  order(event: Order): void {
    this.#turn([{ type: "order", event }]);
  }

  /** Begins a snapshot of the node's state, if there is one to take, and runs a turn of it. */
  beginSnapshot(): void {
    this.#whileDiskWorks(({ actor }) => actor.beginSnapshot());
    this.#turn([]);
  }

  /** Runs a turn for what was done to the node from outside. */
  wake(): void {
    this.#turn([]);
  }

  /** Ends taking mail, for good, with everything that was written synced. */
  stop(): void {
    this.#stopped = true;
    this.#timers.stop();
    this.#callOffNext?.();
    this.#callOffReopening();
    this.#ports.port.close();
    const opened = this.#opened;
    this.#opened = undefined;
    this.#turnUnderWay = undefined;
    opened?.storage.close();
  }

  #turn(own: readonly Letter[]): void {
    if (this.#turnUnderWay !== undefined) {
      this.#wantsAnother = true;
      this.#timeouts.push(...own);
      return;
    }
    const now = this.#ports.clock.nowMs();
    const { letters, full } = this.#drain();
    // A timeout counts only when all mail before it was read: the leader's heartbeat may lie there.
    this.#timeouts.push(...own);
    if (!full && this.#timeouts.length > 0) letters.push(...this.#timeouts.splice(0));
    if (this.#opened === undefined) return this.#report(refuseProposals(letters), this.#told);
    this.#whileDiskWorks((opened) => this.#run(opened, letters, now, full));
  }

  #whileDiskWorks(act: (opened: Opened) => void): void {
    if (this.#opened === undefined) return;
    try {
      act(this.#opened);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#onDiskError(error);
    }
  }

  #run(opened: Opened, letters: readonly Letter[], now: number, full: boolean): void {
    const { actor } = opened;
    this.#post(actor.begin(letters, now));
    // Clients wait for what a leader answers, a leader for what a follower promises: that comes first.
    if (actor.leads) this.#answer(actor);
    this.#turnUnderWay = { opened, full, before: this.#ports.clock.nowMs() };
    this.#ports.whenSyncable(this.#onSyncable);
  }

  readonly #onSyncable = (): void => {
    const turn = this.#turnUnderWay;
    if (turn === undefined) return;
    this.#whileDiskWorks(() => this.#finish(turn));
  };

  #finish({ opened, full, before }: Turn): void {
    const { actor, storage } = opened;
    storage.sync();
    const tookMs = this.#ports.clock.nowMs() - before;
    this.#turnUnderWay = undefined;
    const promises = actor.finish();
    if (actor.hasBacklog) {
      this.#post(promises);
      this.#tell(actor, actor.apply());
    } else {
      this.#tell(actor, promises);
      this.#post(actor.apply());
    }
    this.#timers.run(actor.timer);
    if (full || actor.hasBacklog || this.#wantsAnother)
      this.#callOffNext ??= this.#ports.soon(this.#onNext);
    if (actor.leads && tookMs > SLOW_SYNC * this.#ports.lengths.electionTimeoutMs)
      this.#timeouts.push({ type: "order", event: { type: "transfer", target: undefined } });
  }

  readonly #onNext = (): void => {
    this.#callOffNext = undefined;
    this.#wantsAnother = false;
    this.#turn([]);
  };

  /** All letters that are there, up to the bounds of a turn. */
  #drain(): { letters: Letter[]; full: boolean } {
    const letters: Letter[] = [];
    const { port } = this.#ports;
    const bytesBefore = this.#taken.bytes;
    while (letters.length < TURN_LETTERS_MAX && this.#taken.bytes - bytesBefore < TURN_BYTES_MAX) {
      const letter = port.receive();
      if (letter === undefined) return { letters, full: false };
      letters.push(letter);
      if (letter.type !== "mail") continue;
      this.#taken.letters += 1;
      this.#taken.bytes += letter.bytes.length;
    }
    return { letters, full: true };
  }

  /** Sends mail off, if there is any: one post however many letters, as each post wakes a thread. */
  #post(mail: readonly OutgoingMail[]): void {
    if (mail.length > 0) this.#report(mail, undefined);
  }

  /** Who is answered may look at once at what the node has applied. */
  #answer(actor: NodeActor): void {
    const answers = actor.apply();
    if (answers.length > 0) this.#report(answers, actor.status());
  }

  /** Ends a turn: tells the supervisor where the node stands, and operators what they wait for. */
  #tell(actor: NodeActor, mail: readonly OutgoingMail[]): void {
    const raft = actor.status();
    if (mail.length > 0 || this.#taken.letters > 0 || !sameStatus(this.#told, raft))
      this.#report(mail, raft);
    this.#tellMembership(actor.membership);
    const { damage = DAMAGED_BEFORE } = this.#opened ?? {};
    this.#tellTrouble(actor.state.horizon === undefined ? undefined : damage);
    for (const notice of actor.takeNotices()) this.#ports.onNotice(notice);
  }

  /** Another may stand at the same index: an entry that was not committed can be replaced. */
  #tellMembership(now: NodeActor["membership"]): void {
    const told = this.#membershipTold;
    const isTold =
      told?.index === now.index &&
      told.committed === now.committed &&
      sameMembership(told.membership, now.membership);
    if (isTold) return;
    this.#membershipTold = now;
    this.#send({ type: "membership", ...now });
  }

  #tellTrouble(what: string | undefined): void {
    if (what === this.#troubleTold) return;
    this.#troubleTold = what;
    this.#send({ type: "trouble", what });
  }

  #report(mail: readonly OutgoingMail[], raft: RaftStatus | undefined): void {
    const malformed = (this.#opened?.actor.malformed ?? this.#malformedTold) - this.#malformedTold;
    this.#ports.port.post({ type: "turn", mail, taken: this.#taken, malformed, raft });
    this.#told = raft ?? this.#told;
    this.#malformedTold += malformed;
    this.#taken = { letters: 0, bytes: 0 };
  }

  #send(message: FromNode): void {
    this.#ports.port.post(message);
  }

  #onDiskError(error: DiskError): void {
    const failed = this.#opened;
    this.#opened = undefined;
    this.#turnUnderWay = undefined;
    this.#timers.stop();
    this.#timeouts.length = 0;
    this.#malformedTold = 0;
    if (this.#told !== undefined)
      this.#told = { ...this.#told, role: "follower", leader: undefined };
    closeQuietly(failed);
    this.#tellTrouble(error.message);
    this.#report([], this.#told);
    this.#reopenAfter(REOPEN_MS.first);
  }

  #reopenAfter(ms: number): void {
    this.#callOffReopening = this.#ports.clock.after(ms, () => this.#reopen(ms));
  }

  /** Where opening gives no promise it is over in this call: nothing of a simulation happens outside its own time. */
  #reopen(ms: number): void {
    const onFailure = (error: unknown): void => {
      if (!(error instanceof DiskError)) throw error;
      this.#tellTrouble(error.message);
      if (!this.#stopped) this.#reopenAfter(Math.min(2 * ms, REOPEN_MS.last));
    };
    let opening: Opened | Promise<Opened>;
    try {
      opening = this.#ports.open();
    } catch (error) {
      return onFailure(error);
    }
    if (opening instanceof Promise) opening.then((opened) => this.#onReopened(opened), onFailure);
    else this.#onReopened(opening);
  }

  #onReopened(opened: Opened): void {
    if (this.#stopped) return closeQuietly(opened);
    this.#opened = opened;
    this.#timers.forget();
    this.#begin();
  }

  /** The first turn of a node as it came from its disk. Damage is told even where nothing is missing for it. */
  #begin(): void {
    const { damage } = this.#opened ?? {};
    if (damage !== undefined) this.#tellTrouble(damage);
    this.#turn([]);
  }
}

/** Nothing is expected of a disk that has failed, or that nothing was written to. */
function closeQuietly(failed: Opened | undefined): void {
  try {
    failed?.storage.close();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
