import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import { assert } from "@kontiki/core";
import type { Letter } from "./letter.ts";
import type { NodeActor } from "./node-actor.ts";
import type { FromNode, OutgoingMail, ToNode } from "./protocol.ts";
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
  #malformedTold = 0;

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
    const { letters, bytes, full } = this.#drain(first);
    this.#post(this.#actor.begin([...letters, ...timeouts]));
    this.#post(this.#actor.apply());
    this.#storage.sync();
    const promises = this.#actor.finish();
    this.#timers.run(this.#actor.timer);
    this.#report(promises, { letters: letters.length, bytes });
    if (full || this.#actor.hasBacklog) this.#next ??= setImmediate(() => this.#onNext());
  }

  #onNext(): void {
    this.#next = undefined;
    this.#turn([], []);
  }

  /** All letters that are there, up to the bounds of a turn. */
  #drain(first: readonly ToNode[]): { letters: Letter[]; bytes: number; full: boolean } {
    const letters: Letter[] = [];
    let bytes = 0;
    const take = ({ from, bytes: content }: ToNode): void => {
      letters.push({ type: "mail", from, bytes: content });
      bytes += content.length;
    };
    first.forEach(take);
    while (letters.length < TURN_LETTERS_MAX && bytes < TURN_BYTES_MAX) {
      const received = receiveMessageOnPort(this.#port) as { readonly message: ToNode } | undefined;
      if (received === undefined) return { letters, bytes, full: false };
      take(received.message);
    }
    return { letters, bytes, full: true };
  }

  #post(mail: readonly OutgoingMail[]): void {
    if (mail.length > 0) this.#report(mail, { letters: 0, bytes: 0 });
  }

  #report(
    mail: readonly OutgoingMail[],
    taken: { readonly letters: number; readonly bytes: number },
  ): void {
    const malformed = this.#actor.malformed - this.#malformedTold;
    assert(malformed >= 0, "a count only grows");
    this.#malformedTold += malformed;
    const message: FromNode = { type: "turn", mail, taken, malformed, raft: this.#actor.status() };
    this.#port.postMessage(
      message,
      mail.map(({ bytes }) => bytes.buffer),
    );
  }
}
