import type { Host } from "../host/host.ts";
import { colorsFor, type Colors } from "./colors.ts";

/** What stands below the notes and is drawn anew after each: a prompt with what was typed so far. */
export interface Footer {
  clear(): void;
  draw(): void;
}

/** How long something may take before a person is told that it is under way. */
const PATIENCE_MS = 1000;

/** Writes to standard error: notes, problems, and on a terminal what takes long. */
export class Notes {
  readonly #stderr: Host["stderr"];
  readonly #colors: Colors;
  readonly #prefix: string;
  /** What is under way, while a line about it stands on the terminal. */
  #progress: string | undefined;
  footer: Footer | undefined;

  /** `prefix` starts problems, so that they are told from those of other programs. */
  constructor({ stderr, env }: Pick<Host, "stderr" | "env">, prefix = "") {
    this.#stderr = stderr;
    this.#colors = colorsFor(stderr, env);
    this.#prefix = prefix;
  }

  /** Something that happened. */
  note(text: string): void {
    this.#print(this.#colors.dim(text));
  }

  /** Something that went wrong. */
  problem(text: string): void {
    this.#print(this.#colors.red(`${this.#prefix}${text}`));
  }

  /**
   * What `work` resolves to; a terminal shows `what` and the seconds if that takes over a second.
   *
   * A function is asked each second anew, so that it can tell how far the work is.
   */
  async during<T>(what: string | (() => string), work: Promise<T>): Promise<T> {
    if (this.#stderr.isTTY !== true) return work;
    let seconds = 0;
    const timer = setInterval(() => {
      seconds += PATIENCE_MS / 1000;
      this.#erase();
      this.#progress = this.#fitted(typeof what === "string" ? what : what(), `${seconds} s`);
      this.#redraw();
    }, PATIENCE_MS);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      this.#erase();
      this.#progress = undefined;
    }
  }

  /**
   * A line that wraps could not be erased again, and some terminals wrap as soon as one is full. Some say that they have
   * no width.
   */
  #fitted(what: string, end: string): string {
    const room = (this.#stderr.columns || Infinity) - end.length - 2;
    return `${what.length > room ? `${what.slice(0, Math.max(0, room - 4))} ...` : what} ${end}`;
  }

  #print(text: string): void {
    this.footer?.clear();
    this.#erase();
    this.#stderr.write(`${text}\n`);
    this.#redraw();
    this.footer?.draw();
  }

  #erase(): void {
    if (this.#progress !== undefined) this.#stderr.write("\r\u001b[K");
  }

  #redraw(): void {
    if (this.#progress !== undefined) this.#stderr.write(this.#colors.dim(this.#progress));
  }
}
