import { NOT_BEGUN } from "../session/command-session.ts";
import { mayOvertake } from "../session/order.ts";
import type { Interpreter, Line, Reply } from "./interpreter.ts";

/** A command that takes longer than this may be overtaken. */
export const PATIENCE_MS = 1000;

/** Starts a timer. Returns what stops it. */
export type StartTimer = (ms: number, onTime: () => void) => () => void;

/** A line that was typed, and what has become of it. */
type Entry = {
  readonly line: Line;
  /** Whether it need not wait for commands that take long, if the order does not matter. */
  readonly hurries: boolean;
  state: "waits" | "runs" | "takes long";
  reply: Promise<Reply> | undefined;
  /** Whether another command has begun before this one was done. */
  overtaken: boolean;
};

/**
 * The lines of a prompt that are not done. They run one after another, so that a paste of several lines does what they say.
 *
 * A command that takes long is not waited for by what could help it (`start`), nor by lines that were typed while it
 * already took long and whose order does not matter (see `mayOvertake`).
 */
export class TypedAhead {
  readonly #interpreter: Interpreter;
  readonly #startTimer: StartTimer;
  readonly #events: { readonly onReply: () => void; readonly onLate: (line: Line) => void };
  #entries: Entry[] = [];
  /** Ends with the printing of the last reply that has come. */
  #printed: Promise<unknown> = Promise.resolve();
  #quits = false;

  /** @param events `onReply` after each reply; `onLate` before the reply to a line that others have overtaken. */
  constructor(
    interpreter: Interpreter,
    startTimer: StartTimer,
    events: { readonly onReply: () => void; readonly onLate: (line: Line) => void },
  ) {
    this.#interpreter = interpreter;
    this.#startTimer = startTimer;
    this.#events = events;
  }

  /** Whether no line is open. */
  get isIdle(): boolean {
    return this.#entries.length === 0;
  }

  /** Whether `quit` was done. */
  get quits(): boolean {
    return this.#quits;
  }

  add(line: Line): void {
    const isLate = this.#entries.some(({ state }) => state === "takes long");
    const hurries = isLate || line.order.type === "helps";
    this.#entries.push({ line, hurries, state: "waits", reply: undefined, overtaken: false });
    this.#next();
  }

  /** Interrupts the commands that run, and drops the lines that wait. */
  interrupt(): void {
    const ended = Promise.all(this.#entries.flatMap(({ reply }) => reply ?? [])).then(
      () => NOT_BEGUN,
    );
    for (const entry of this.#entries) if (entry.state === "waits") void this.#end(entry, ended);
    this.#interpreter.interrupt();
  }

  /** Begins what may begin now. */
  #next(): void {
    for (const [at, entry] of this.#entries.entries()) {
      if (entry.state !== "waits" || (at > 0 && !entry.hurries)) continue;
      const mayBegin = this.#entries
        .slice(0, at)
        .every(({ state, line }) => state !== "runs" && mayOvertake(entry.line.order, line.order));
      if (mayBegin) this.#run(entry);
    }
  }

  #run(entry: Entry): void {
    for (const other of this.#entries) if (other.state !== "waits") other.overtaken = true;
    const stop = this.#startTimer(PATIENCE_MS, () => {
      entry.state = "takes long";
      this.#next();
    });
    void this.#end(entry, this.#interpreter.replyWithProgress(entry.line).finally(stop));
  }

  /** Prints the reply to a line, and forgets it. */
  async #end(entry: Entry, replied: Promise<Reply>): Promise<void> {
    entry.state = "runs";
    entry.reply = replied;
    const reply = await replied;
    this.#printed = this.#printed.then(() => this.#print(entry, reply));
    await this.#printed;
    this.#entries = this.#entries.filter((other) => other !== entry);
    if (!this.#quits) this.#next();
    this.#events.onReply();
  }

  async #print({ line, overtaken }: Entry, reply: Reply): Promise<void> {
    if (overtaken) this.#events.onLate(line);
    if ((await this.#interpreter.print(line, reply)) === "quit") this.#quits = true;
  }
}
