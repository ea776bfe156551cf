import { isClientAddress } from "../mailboxes/address.ts";
import type { DeadLetterReason, OutgoingLetter, ToActor } from "../mailboxes/letter.ts";
import { checkArgument } from "../options/argument.ts";
import { checkOptions } from "../options/schema.ts";
import { ASK_OPTIONS, someActor } from "./actor-options.ts";
import { Asks } from "./asks.ts";
import type { AskOptions, Behavior, Self } from "./behavior.ts";
import { decodeMessage, encodeMessage, SUPERVISOR, type Message } from "./message.ts";

/** How long an ask waits by default, in ms. */
export const ASK_MS = 5_000;

/** Most messages that are handled before the event loop has a turn: for control calls, timers and answers. */
const HANDLED_MAX = 64;

/** What a cell needs of its thread. */
export type CellPort = {
  /** Takes the next letter; undefined if there is none. */
  readonly receive: () => ToActor | undefined;
  /** A letter of so many bytes, which was received with that slot, counts in the mailbox no longer. */
  readonly handled: (slot: number, bytes: number) => void;
  /** Sends a letter. Returns the reason if its receiver's mailbox is full. */
  readonly send: (letter: OutgoingLetter) => DeadLetterReason | undefined;
  /** Wakes the receivers of what was sent. */
  readonly ring: () => void;
  /** Calls back when the event loop has had a turn. */
  readonly soon: (callback: () => void) => void;
  /** Called after messages were handled. */
  readonly onHandled: () => void;
  /** The actor has ended, by itself or because it was asked to. */
  readonly onEnd: () => void;
  /** Reports what the behavior threw, which ends the thread. */
  readonly fail: (error: unknown) => void;
};

type Mail = ToActor & { readonly type: "mail" };

/** A message that waits to be handled. `ask` is its number if it wants an answer; it counts in `slot` of the mailbox. */
type Waiting = {
  readonly from: string;
  readonly ask: number | undefined;
  readonly body: unknown;
  readonly slot: number | undefined;
  readonly bytes: number;
};

/**
 * An actor in its thread: takes its letters, and lets its behavior handle one message at a time.
 *
 * Answers and ends of other actors do not wait for the present message: it may be what waits for them. Messages that wait
 * here count in the mailbox still, so that its bound holds.
 */
export class Cell {
  readonly self: Self;
  readonly #port: CellPort;
  readonly #asks = new Asks();
  /** What is monitored, by its number. */
  readonly #monitors = new Map<number, string>();
  readonly #queue: Waiting[] = [];
  #behavior: Behavior | undefined;
  /** Whether the behavior handles something: it has returned a promise that is pending. */
  #isBusy = false;
  #isEnding = false;
  #isGoingOn = false;

  constructor(name: string, incarnation: number, port: CellPort) {
    this.#port = port;
    this.self = {
      name,
      incarnation,
      tell: (to, message) => this.#tell(to, message),
      ask: (to, message, options) => this.#ask(to, message, options),
      monitor: (actor) => this.#monitor(actor),
      link: (actor) => this.#tie("link", actor),
      unlink: (actor) => this.#tie("unlink", actor),
      stop: () => this.end(),
    };
  }

  /** Whether a message is handled that waits for something. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Handles messages from now on. */
  begin(behavior: Behavior): void {
    this.#behavior = behavior;
    this.turn();
  }

  /** Takes all letters that have come, and handles messages. */
  turn(): void {
    for (let next = this.#port.receive(); next !== undefined; next = this.#port.receive())
      this.#take(next);
    this.#handle();
  }

  /** Ends the actor after the present message. */
  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#port.soon(() => this.#handle());
  }

  #take(letter: ToActor): void {
    if (letter.type === "obituary") {
      const { node: actor, incarnation, cause = "" } = letter;
      this.#asks.ended(actor, cause);
      for (const [number, monitored] of this.#monitors)
        if (monitored === actor) this.#down(number, incarnation, cause);
      return;
    }
    const message = decodeMessage(letter.bytes);
    if (message.kind === "tell" || message.kind === "ask") return this.#enqueue(letter, message);
    this.#countNoMore(letter.slot, letter.bytes.length);
    this.#takeAnswer(message);
  }

  #takeAnswer({ kind, number, body }: Message): void {
    if (kind === "answer") this.#asks.answered(number, body);
    // Other kinds are for the supervisor, and no actor sends them to another.
    if (kind !== "gone") return;
    this.#asks.notDelivered(number, String(body));
    this.#down(number, 0, String(body));
  }

  #enqueue({ from, slot, bytes }: Mail, { kind, number, body }: Message): void {
    const ask = kind === "ask" ? number : undefined;
    this.#queue.push({ from, ask, body, slot, bytes: bytes.length });
  }

  #countNoMore(slot: number | undefined, bytes: number): void {
    if (slot !== undefined) this.#port.handled(slot, bytes);
  }

  #handle(): void {
    for (let handled = 0; !this.#isBusy; handled += 1) {
      if (this.#behavior === undefined) return;
      if (this.#isEnding) return this.#finish(this.#behavior);
      if (handled === HANDLED_MAX) return this.#goOn();
      const next = this.#queue.shift();
      if (next === undefined) return this.#rest();
      this.#countNoMore(next.slot, next.bytes);
      this.#run(this.#behavior, next);
    }
    this.#rest();
  }

  #rest(): void {
    this.#port.ring();
    this.#port.onHandled();
  }

  #goOn(): void {
    this.#rest();
    if (this.#isGoingOn) return;
    this.#isGoingOn = true;
    this.#port.soon(() => {
      this.#isGoingOn = false;
      this.turn();
    });
  }

  #run(behavior: Behavior, { from, ask, body }: Waiting): void {
    const sender = isClientAddress(from) ? undefined : from;
    this.#wait(
      () => behavior.receive(body, sender),
      (answer) => {
        if (ask === undefined) return;
        const bytes = encodeMessage("answer", ask, answer, "answer");
        this.#port.send({ to: from, bytes, isUnbounded: true });
      },
    );
  }

  /** Calls the behavior, and then `done` with the result. Meanwhile nothing else is handled. */
  #wait(call: () => unknown, done: (result: unknown) => void): void {
    try {
      const result = call();
      if (!isThenable(result)) return done(result);
      this.#isBusy = true;
      result.then(
        (value) => {
          this.#isBusy = false;
          this.#guard(() => done(value));
          this.#handle();
        },
        (error: unknown) => this.#port.fail(error),
      );
      this.#port.ring();
    } catch (error) {
      this.#isBusy = true;
      this.#port.fail(error);
    }
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#isBusy = true;
      this.#port.fail(error);
    }
  }

  #finish(behavior: Behavior): void {
    this.#behavior = undefined;
    this.#wait(
      () => behavior.stopped?.(),
      () => {
        this.#port.ring();
        this.#port.onEnd();
      },
    );
  }

  #tell(to: string, message: unknown): void {
    checkArgument("self.tell", "to", someActor, to);
    this.#port.send({ to, bytes: encodeMessage("tell", 0, message) });
    this.#ringSoon();
  }

  async #ask(to: string, message: unknown, options: AskOptions = {}): Promise<unknown> {
    checkArgument("self.ask", "to", someActor, to);
    checkOptions("self.ask", ASK_OPTIONS, options);
    const answer = this.#asks.ask(to, options.deadlineMs ?? ASK_MS, (number) =>
      this.#port.send({ to, bytes: encodeMessage("ask", number, message) }),
    );
    this.#ringSoon();
    return answer;
  }

  #monitor(actor: string): () => void {
    checkArgument("self.monitor", "actor", someActor, actor);
    const number = this.#asks.next();
    this.#monitors.set(number, actor);
    this.#request("watch", number, actor);
    return () => this.#monitors.delete(number);
  }

  #tie(kind: "link" | "unlink", actor: string): void {
    checkArgument(`self.${kind}`, "actor", someActor, actor);
    this.#request(kind, 0, actor);
  }

  #request(kind: "watch" | "link" | "unlink", number: number, actor: string): void {
    this.#port.send({ to: SUPERVISOR, bytes: encodeMessage(kind, number, actor) });
    this.#ringSoon();
  }

  /** What the behavior sends while it handles a message leaves with its end, or at the latest with the next turn. */
  #ringSoon(): void {
    queueMicrotask(() => this.#port.ring());
  }

  #down(number: number, incarnation: number, cause: string): void {
    const actor = this.#monitors.get(number);
    if (actor === undefined) return;
    this.#monitors.delete(number);
    this.#guard(() => {
      const told: unknown = this.#behavior?.down?.({ actor, incarnation, cause });
      if (isThenable(told)) told.then(undefined, (error: unknown) => this.#port.fail(error));
    });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
