import type { Writable } from "node:stream";
import { gathered } from "../output/write.ts";
import type { Interpreter, Line, Reply } from "./interpreter.ts";
import type { InputLine } from "./lines.ts";

/**
 * Runs several lines of a pipe at once, and prints their replies in the order of the input.
 *
 * Only commands of different keys run beside each other. Those of one key run one after another, each when the one before
 * it was answered. Every other command runs alone: after the replies to all lines before it, and before all lines after
 * it. So each reply is one that the lines could have got one after another.
 */
export class Pipeline {
  readonly #interpreter: Interpreter;
  readonly #stdout: Writable;
  readonly #width: number;
  /** Lines that are not replied to on the output yet. */
  #open = 0;
  /** Ends with the printing of the last reply. */
  #printed: Promise<void> = Promise.resolve();
  /** The last reply for each key that is still to come. */
  readonly #lastOf = new Map<string, Promise<Reply>>();
  #onRoom: (() => void) | undefined;

  /** @param width how many lines may be open. */
  constructor(interpreter: Interpreter, stdout: Writable, width: number) {
    this.#interpreter = interpreter;
    this.#stdout = stdout;
    this.#width = width;
  }

  /** Takes the next line when there is room for it. Resolves to whether another one may follow. */
  async add(input: InputLine): Promise<"more" | "quit"> {
    const line = this.#interpreter.read(input, true);
    if (line === undefined) return "more";
    if (this.#width === 1 || (line.order.type !== "key" && line.order.type !== "nothing"))
      return this.#alone(line);
    if (this.#open === this.#width) await new Promise<void>((resolve) => (this.#onRoom = resolve));
    this.#begin(line);
    return "more";
  }

  /** Resolves when all replies are on the output. */
  end(): Promise<void> {
    return this.#printed;
  }

  async #alone(line: Line): Promise<"more" | "quit"> {
    await this.#printed;
    return this.#interpreter.print(line, await this.#interpreter.replyWithProgress(line));
  }

  #begin(line: Line): void {
    this.#open += 1;
    const reply = line.order.type === "key" ? this.#inTurn(line, line.order.key) : this.#run(line);
    this.#printed = this.#printed.then(() => this.#print(line, reply));
  }

  /** Runs a line after the one before it that has the same key. */
  #inTurn(line: Line, key: string): Promise<Reply> {
    const before = this.#lastOf.get(key);
    const reply = before === undefined ? this.#run(line) : before.then(() => this.#run(line));
    this.#lastOf.set(key, reply);
    void reply.then(() => {
      if (this.#lastOf.get(key) === reply) this.#lastOf.delete(key);
    });
    return reply;
  }

  #run(line: Line): Promise<Reply> {
    return this.#interpreter.reply(line);
  }

  async #print(line: Line, reply: Promise<Reply>): Promise<void> {
    const known = await reply;
    gathered(this.#stdout);
    await this.#interpreter.print(line, known);
    this.#open -= 1;
    this.#onRoom?.();
    this.#onRoom = undefined;
  }
}
