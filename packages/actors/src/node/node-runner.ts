import { DiskError } from "../storage/disk/disk.ts";
import type { Letter, Order } from "./letter.ts";
import type { NodeActor } from "./node-actor.ts";
import type { OutgoingMail } from "../mail/protocol.ts";
import { declineLetters } from "./decline-letters.ts";
import { closeQuietly, Reopening } from "./reopening.ts";
import type { Opened, RunnerPorts } from "./runner-ports.ts";
import { TimerRunner, type TimeoutType } from "./timers.ts";
import { TurnReports } from "./turn-reports.ts";

/** Most letters and bytes that one turn takes in, so that a turn is short and its batch is bounded. */
const TURN_LETTERS_MAX = 1024;
const TURN_BYTES_MAX = 8 * 1024 * 1024;

/** A leader hands over when a sync takes longer than this many election timeouts: its disk is too slow to lead. */
const SLOW_SYNC = 0.5;

/** A turn that waits for its sync. */
type Turn = {
  readonly opened: Opened;
  readonly full: boolean;
  /** When it began, and when it began to wait. */
  readonly began: number;
  readonly before: number;
};

/**
 * Drives a node: takes letters from the port, runs turns, posts their mail, runs the timer.
 *
 * A turn runs to its end, sync included, before the next one begins. In its own thread it blocks the thread
 * meanwhile, which is right, as nothing else runs there. Letters then gather in the port, and the next turn takes them
 * all.
 *
 * When the disk fails, nothing that depends on it is sent any more: the node is dropped as in a crash, its clients turn
 * to other nodes, and it is recovered from the disk once that can be used again, with new file descriptors.
 */
export class NodeRunner {
  readonly #ports: RunnerPorts;
  readonly #timers: TimerRunner;
  readonly #reports: TurnReports;
  readonly #reopening: Reopening;
  #opened: Opened | undefined;
  #cancelNext: (() => void) | undefined;
  /** The turn that waits for its sync, and whether another one was requested meanwhile. */
  #turnUnderWay: Turn | undefined;
  #wantsAnother = false;
  /** Timeouts that wait until all mail is read. */
  readonly #timeouts: Letter[] = [];

  constructor(ports: RunnerPorts, opened: Opened) {
    this.#ports = ports;
    this.#opened = opened;
    this.#reports = new TurnReports(ports.port);
    const { lengths, clock, onTimer } = ports;
    const onTimeout = (type: TimeoutType, epoch: number): void => this.#turn([{ type, epoch }]);
    this.#timers = new TimerRunner(lengths, clock, onTimeout, onTimer);
    this.#reopening = new Reopening(ports, {
      onOpened: (next) => this.#onReopened(next),
      onFailure: (error) => this.#reports.diskTrouble(error),
    });
  }

  /** Starts to take mail, and reports the state of the node. */
  start(): void {
    this.#ports.port.onLetters(() => this.#turn([]));
    this.#begin();
  }

  /** The node, while its disk can be used and until the end. */
  get actor(): NodeActor | undefined {
    return this.#opened?.actor;
  }

  /** Shortens the election timer of a follower that knows no leader. */
  hasten(): void {
    const { actor } = this;
    if (actor?.state.role.type !== "follower" || actor.state.role.leader !== undefined) return;
    this.#timers.hasten({ ...actor.timer, turn: actor.turnAtStart });
  }

  /** Runs a turn for an order. The answer is a notice. */
  order(event: Order): void {
    this.#turn([{ type: "order", event }]);
  }

  /** Begins a snapshot of the node's state, if there is one to take, and runs a turn that writes some of it. */
  beginSnapshot(): void {
    this.#whileDiskWorks(({ actor }) => actor.beginSnapshot());
    this.#turn([]);
  }

  /** Stops taking mail, permanently, with everything that was written synced. */
  stop(): void {
    this.#timers.stop();
    this.#cancelNext?.();
    this.#reopening.stop();
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
    // A timeout counts only when all mail before it was read: a heartbeat of the leader may be among it.
    this.#timeouts.push(...own);
    if (!full && this.#timeouts.length > 0) letters.push(...this.#timeouts.splice(0));
    if (this.#opened === undefined) return this.#reports.refusals(declineLetters(letters));
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
    this.#reports.mail(actor, actor.begin(letters, now));
    // Followers wait for the mail, so it leaves first: checksum and write take as long as a wake-up.
    actor.write();
    // Clients wait for a leader's answers, so a leader applies first. A leader waits for its followers' promises.
    if (actor.leads) this.#reports.answers(actor, actor.apply());
    this.#turnUnderWay = { opened, full, began: now, before: this.#ports.clock.nowMs() };
    this.#ports.whenSyncable(this.#onSyncable);
  }

  readonly #onSyncable = (): void => {
    const turn = this.#turnUnderWay;
    if (turn === undefined) return;
    this.#whileDiskWorks(() => this.#finish(turn));
  };

  #finish({ opened, full, began, before }: Turn): void {
    const { actor, storage } = opened;
    const { clock, counters } = this.#ports;
    const isSynced = storage.sync();
    const tookMs = clock.nowMs() - before;
    if (isSynced) counters?.sync(tookMs);
    counters?.held(actor.state, actor.log.lastIndex);
    this.#turnUnderWay = undefined;
    this.#postPromises(opened);
    // Others wait for the mail, and nobody for this.
    actor.workOnSnapshot();
    this.#timers.run(actor.timer);
    if (full || actor.hasBacklog || this.#wantsAnother)
      this.#cancelNext ??= this.#ports.soon(this.#onNext);
    if (actor.leads && tookMs > SLOW_SYNC * this.#ports.lengths.electionTimeoutMs)
      this.#timeouts.push({ type: "order", event: { type: "transfer", target: undefined } });
    counters?.turn(clock.nowMs() - began);
  }

  /**
   * Posts the promises of a turn, then what is applied after its sync, and the report that ends the turn.
   *
   * Promises always go first: other nodes wait for them, and applying a backlog takes long. With a backlog the report
   * follows the applying, so that it tells of what was applied. Without one, applying changes no status, as it only
   * answers reads. The promises and the report are one post then, which wakes the supervisor once instead of twice.
   */
  #postPromises({ actor, damage }: Opened): void {
    const promises = actor.finish();
    if (actor.hasBacklog) {
      this.#reports.mail(actor, promises);
      this.#endTurn(actor, actor.apply(), damage);
    } else {
      this.#endTurn(actor, promises, damage);
      this.#reports.mail(actor, actor.apply());
    }
  }

  #endTurn(actor: NodeActor, mail: readonly OutgoingMail[], damage: string | undefined): void {
    this.#reports.endOfTurn(actor, mail, damage);
    for (const notice of actor.takeNotices()) this.#ports.onNotice(notice);
  }

  readonly #onNext = (): void => {
    this.#cancelNext = undefined;
    this.#wantsAnother = false;
    this.#turn([]);
  };

  /** All letters in the mailbox, up to the bounds of a turn. */
  #drain(): { letters: Letter[]; full: boolean } {
    const letters: Letter[] = [];
    const { port, turnLetters = TURN_LETTERS_MAX } = this.#ports;
    let bytes = 0;
    while (letters.length < turnLetters && bytes < TURN_BYTES_MAX) {
      const letter = port.receive();
      if (letter === undefined) return { letters, full: false };
      letters.push(letter);
      this.#reports.onTaken(letter);
      if (letter.type === "mail") bytes += letter.bytes.length;
    }
    return { letters, full: true };
  }

  #onDiskError(error: DiskError): void {
    const failed = this.#opened;
    this.#opened = undefined;
    this.#turnUnderWay = undefined;
    this.#timers.stop();
    this.#timeouts.length = 0;
    closeQuietly(failed);
    this.#reports.diskFailed(error);
    this.#reopening.begin();
  }

  #onReopened(opened: Opened): void {
    this.#opened = opened;
    this.#timers.forget();
    this.#begin();
  }

  /** Runs the first turn of a node that was recovered. Damage is reported even where nothing is missing for it. */
  #begin(): void {
    const { damage, actor } = this.#opened ?? {};
    const condition = actor?.state.horizon === undefined ? undefined : "repairing";
    if (damage !== undefined) this.#reports.trouble(damage, condition);
    this.#turn([]);
  }
}
