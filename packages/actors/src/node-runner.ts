import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import type { Letter } from "./letter.ts";
import type { NodeActor } from "./node-actor.ts";
import type { FromNode, OutgoingMail, ToNode } from "./protocol.ts";
import { sameStatus, type RaftStatus } from "./status.ts";
import type { Storage } from "./storage.ts";
import { TimerRunner, type Clock, type TimerLengths } from "./timers.ts";

/** Most letters and bytes that one turn takes in, so that a turn stays short and its batch bounded. */
const TURN_LETTERS_MAX = 1024;
const TURN_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Drives a node in its own thread: takes letters from the port, runs turns, posts what they give, keeps the timer.
 *
 * A turn runs to its end, sync included, before anything else happens in the thread: blocking is right, as nobody else
 * lives here. While it blocks, letters gather in the port, and the next turn takes them all.
 */
export class NodeRunner {
  readonly #actor: NodeActor;
  readonly #storage: Storage;
  readonly #port: MessagePort;
  readonly #timers: TimerRunner;
  #next: NodeJS.Immediate | undefined;
  /** Timeouts that wait until all mail is read. */
  readonly #timeouts: Letter[] = [];
  /** What the supervisor has not been told yet, and what it was told last. */
  #taken = { letters: 0, bytes: 0 };
  #malformedTold = 0;
  #told: RaftStatus | undefined;

  constructor(
    actor: NodeActor,
    storage: Storage,
    port: MessagePort,
    lengths: TimerLengths,
    clock: Clock,
  ) {
    this.#actor = actor;
    this.#storage = storage;
    this.#port = port;
    this.#timers = new TimerRunner(lengths, clock, (epoch) =>
      this.#turn([], [{ type: "timer", epoch }]),
    );
  }

  /** Starts taking mail, and tells the supervisor where the node stands. */
  start(): void {
    this.#port.on("message", (letter: ToNode) => this.#turn([letter], []));
    this.#turn([], []);
  }

  /** Ends taking mail, for good, with everything that was written synced. */
  stop(): void {
    this.#timers.stop();
    clearImmediate(this.#next);
    this.#port.close();
    this.#storage.close();
  }

  #turn(first: readonly ToNode[], timeouts: readonly Letter[]): void {
    const { letters, full } = this.#drain(first);
    // A timeout counts only when all mail before it was read: the leader's heartbeat may lie there.
    const due = full ? [] : this.#timeouts.splice(0).concat(timeouts);
    if (full) this.#timeouts.push(...timeouts);
    this.#post(this.#actor.begin([...letters, ...due]));
    // Clients wait for what a leader answers, a leader for what a follower promises: that comes first.
    if (this.#actor.leads) this.#post(this.#actor.apply());
    this.#storage.sync();
    this.#post(this.#actor.finish());
    this.#post(this.#actor.apply());
    this.#tell();
    this.#timers.run(this.#actor.timer);
    if (full || this.#actor.hasBacklog) this.#next ??= setImmediate(() => this.#onNext());
  }

  #onNext(): void {
    this.#next = undefined;
    this.#turn([], []);
  }

  /** All letters that are there, up to the bounds of a turn. */
  #drain(first: readonly ToNode[]): { letters: Letter[]; full: boolean } {
    const letters: Letter[] = [];
    const bytesBefore = this.#taken.bytes;
    const take = ({ from, bytes }: ToNode): void => {
      letters.push({ type: "mail", from, bytes });
      this.#taken.letters += 1;
      this.#taken.bytes += bytes.length;
    };
    first.forEach(take);
    while (letters.length < TURN_LETTERS_MAX && this.#taken.bytes - bytesBefore < TURN_BYTES_MAX) {
      const received = receiveMessageOnPort(this.#port) as { readonly message: ToNode } | undefined;
      if (received === undefined) return { letters, full: false };
      take(received.message);
    }
    return { letters, full: true };
  }

  /** Sends mail off, if there is any: one post however many letters, as each post wakes a thread. */
  #post(mail: readonly OutgoingMail[]): void {
    if (mail.length > 0) this.#report(mail);
  }

  /** Tells the supervisor what it has not heard with any mail. */
  #tell(): void {
    if (this.#taken.letters > 0 || !sameStatus(this.#told, this.#actor.status())) this.#report([]);
  }

  #report(mail: readonly OutgoingMail[]): void {
    const raft = this.#actor.status();
    const malformed = this.#actor.malformed - this.#malformedTold;
    const message: FromNode = { type: "turn", mail, taken: this.#taken, malformed, raft };
    const buffers = mail.map(({ bytes }) => bytes.buffer);
    this.#port.postMessage(message, buffers);
    this.#told = raft;
    this.#malformedTold += malformed;
    this.#taken = { letters: 0, bytes: 0 };
  }
}
