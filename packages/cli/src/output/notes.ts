import type { Host } from "../host/host.ts";
import { colorsFor, type Colors } from "./colors.ts";
import { printable } from "./error-text.ts";

/** What is below the notes and is drawn again after each: a prompt with the typed text. */
export interface Footer {
  clear(): void;
  draw(): void;
}

/** After this time, and then in this interval, the progress of long work is shown. */
const PROGRESS_EVERY_MS = 1000;

/** Writes to standard error: notes, problems, and on a terminal the progress of long work. */
export class Notes {
  readonly #stderr: Host["stderr"];
  readonly #colors: Colors;
  readonly #prefix: string;
  /** The progress line that is on the terminal now. */
  #progress: string | undefined;
  footer: Footer | undefined;

  /** `prefix` begins each problem, so that it is clear which program reports it. */
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
    this.#print(this.#colors.red(`${this.#prefix}${printable(text)}`));
  }

  /** Puts a footer below the notes, in the place of the progress. */
  show(footer: Footer): void {
    this.#erase();
    this.#progress = undefined;
    this.footer = footer;
    footer.draw();
  }

  /**
   * The result of `work`. A terminal shows `what` and the seconds if it takes longer than a second. If `what` is a
   * function, it is called every second for the current progress.
   */
  async during<T>(what: string | (() => string), work: Promise<T>): Promise<T> {
    if (this.#stderr.isTTY !== true) return work;
    let seconds = 0;
    const timer = setInterval(() => {
      seconds += PROGRESS_EVERY_MS / 1000;
      if (this.footer !== undefined) return;
      this.#erase();
      this.#progress = this.#fitted(typeof what === "string" ? what : what(), `${seconds} s`);
      this.#redraw();
    }, PROGRESS_EVERY_MS);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      this.#erase();
      this.#progress = undefined;
    }
  }

  /**
   * Cuts the progress line to the terminal's width, because a line that wraps cannot be erased. Some terminals wrap a line
   * as soon as it is full, and some report a width of 0.
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
