import { Bell } from "../lanes/bell.ts";

/** The lanes of one thread, as the loop uses them. */
export type MailSource = {
  /** Whether there is nothing to do for it. */
  readonly isQuiet: boolean;
  /** Takes what has come, up to a bound. */
  readonly take: () => void;
};

/** Takes the mail of all nodes' threads in the supervisor's thread, which one bell wakes. */
export class MailLoop {
  /** Rung by all that write to the supervisor. */
  readonly bell = new Bell();
  readonly #sources = new Set<MailSource>();
  #isListening = false;

  /** Takes mail from there as well. */
  add(source: MailSource): void {
    this.#sources.add(source);
    this.#listen();
    // What it has sent already may have rung before.
    this.bell.ring();
  }

  remove(source: MailSource): void {
    this.#sources.delete(source);
  }

  #listen(): void {
    if (this.#isListening || this.#sources.size === 0) return;
    this.#isListening = true;
    this.bell.whenRung(this.#isQuiet, this.#onRung);
  }

  readonly #isQuiet = (): boolean => {
    for (const source of this.#sources) if (!source.isQuiet) return false;
    return true;
  };

  readonly #onRung = (): void => {
    this.#isListening = false;
    try {
      for (const source of this.#sources) source.take();
    } finally {
      // A listener of the program may throw: what is left is taken after that.
      this.#listen();
    }
  };
}
