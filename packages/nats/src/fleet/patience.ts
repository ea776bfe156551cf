/** A time that begins when a signal aborts. */
export class Patience {
  /** Resolves when the time is up; never if it is stopped before. */
  readonly ended: Promise<void>;
  readonly #signal: AbortSignal;
  readonly #begin: () => void;
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  /** @param ms how long it lasts. */
  constructor(signal: AbortSignal, ms: number) {
    this.#signal = signal;
    let end = (): void => undefined;
    this.ended = new Promise((resolve) => (end = resolve));
    this.#begin = () => {
      this.#timer = setTimeout(() => {
        this.#hasEnded = true;
        end();
      }, ms);
    };
    if (signal.aborted) this.#begin();
    else signal.addEventListener("abort", this.#begin, { once: true });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  stop(): void {
    this.#signal.removeEventListener("abort", this.#begin);
    clearTimeout(this.#timer);
  }
}
