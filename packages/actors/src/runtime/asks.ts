import { TIMER_MS_MAX } from "../supervision/control.ts";
import { AskError } from "./ask-error.ts";

type Pending = {
  readonly to: string;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: AskError) => void;
  readonly timer: NodeJS.Timeout | undefined;
};

/** Numbers go up to this, and begin again: none of so long ago is still pending. */
const NUMBERS = 2 ** 32;

/** The asks of one actor, or of the program, that have no answer yet. Each ends by its deadline. */
export class Asks {
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  /** A number that no other ask or watch of this actor has. */
  next(): number {
    this.#last = (this.#last + 1) % NUMBERS;
    return this.#last;
  }

  /**
   * Begins an ask.
   *
   * @param send posts it under this number; it returns why it cannot be delivered.
   * @throws AskError when it is not delivered, when the deadline passes, or when `to` ends first.
   */
  ask(
    to: string,
    deadlineMs: number,
    send: (number: number) => string | undefined,
  ): Promise<unknown> {
    const number = this.next();
    return new Promise((resolve, reject) => {
      const timer =
        deadlineMs === Infinity
          ? undefined
          : setTimeout(
              () => this.#fail(number, `no answer within ${deadlineMs} ms`, "unknown"),
              Math.min(deadlineMs, TIMER_MS_MAX),
            );
      this.#pending.set(number, { to, resolve, reject, timer });
      try {
        const why = send(number);
        if (why !== undefined) this.notDelivered(number, why);
      } catch (error) {
        this.#take(number);
        reject(error as Error);
      }
    });
  }

  /** An answer has come. One that comes too late is ignored. */
  answered(number: number, answer: unknown): void {
    this.#take(number)?.resolve(answer);
  }

  /** An ask could not be delivered. */
  notDelivered(number: number, why: string): void {
    this.#fail(number, why, "definitelyNot");
  }

  /** An actor has ended: it answers nothing that it was asked before. */
  ended(name: string, cause: string): void {
    for (const [number, { to }] of this.#pending)
      if (to === name) this.#fail(number, `it ended before it answered: ${cause}`, "unknown");
  }

  /** Nothing is answered any more. */
  close(why: string): void {
    for (const number of this.#pending.keys()) this.#fail(number, why, "unknown");
  }

  #fail(number: number, why: string, outcome: AskError["outcome"]): void {
    const pending = this.#take(number);
    pending?.reject(new AskError(`ask of ${pending.to}: ${why}`, outcome));
  }

  #take(number: number): Pending | undefined {
    const pending = this.#pending.get(number);
    clearTimeout(pending?.timer);
    this.#pending.delete(number);
    return pending;
  }
}
