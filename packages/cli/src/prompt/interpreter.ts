import type { Host } from "../host/host.ts";
import type { Notes } from "../output/notes.ts";
import type { Answer, Failure } from "../session/answer.ts";
import type { CommandSession } from "../session/command-session.ts";
import type { Order } from "../session/order.ts";
import { splitWords, type Word } from "../session/split-words.ts";
import type { InputLine } from "./lines.ts";
import type { ReplyPrinter } from "./reply-printer.ts";

/** A line of input, as it was read. */
export type Line = {
  readonly words: readonly Word[];
  /** Why it cannot be read as words. */
  readonly problem: Failure | undefined;
  /** Its number in the input; undefined where lines have none. */
  readonly number: number | undefined;
  readonly order: Order;
};

export type Reply = Answer | Failure;

/** What runs commands: in this process, or in another one. */
export type Session = Pick<CommandSession, "run" | "orderOf" | "interrupt">;

/** Reads lines as commands, runs them, and prints their replies: three steps, so that several may run at once. */
export class Interpreter {
  readonly #session: Session;
  readonly #printer: ReplyPrinter;
  readonly #notes: Notes;
  readonly #signal: Host["signal"];
  /** Whether any command has failed so far. */
  failed = false;

  /** @param signal aborted when the program should end early, with the reason. */
  constructor(session: Session, printer: ReplyPrinter, notes: Notes, signal: Host["signal"]) {
    this.#signal = signal;
    this.#session = session;
    this.#printer = printer;
    this.#notes = notes;
  }

  /** Undefined for a line without a command. */
  read(input: InputLine, numbered: boolean): Line | undefined {
    const { words, problem } = readWords(input);
    if (words.length === 0 && problem === undefined) return undefined;
    const order = problem === undefined ? this.#session.orderOf(words) : NOTHING;
    return { words, problem, number: numbered ? input.number : undefined, order };
  }

  /** The reply to a line. It never rejects. */
  async reply({ words, problem }: Line): Promise<Reply> {
    return problem ?? this.#session.run(words);
  }

  /** As `reply`, and a terminal shows what takes long. */
  async replyWithProgress(line: Line): Promise<Reply> {
    return this.#notes.during(`${line.words[0]?.text} ...`, this.reply(line));
  }

  /** Prints a reply, if anything reads it. Resolves to whether another line may follow. */
  async print({ words, number }: Line, reply: Reply): Promise<"more" | "quit"> {
    if (this.#signal.aborted && this.#signal.reason === "brokenPipe") return "more";
    const command = words.map(({ text }) => text);
    if (!(await this.#printer.print(command, reply, number))) this.failed = true;
    return reply.type === "value" && reply.ends ? "quit" : "more";
  }

  /** Ends the commands that run now. */
  interrupt(): void {
    this.#session.interrupt();
  }
}

const NOTHING: Order = { type: "nothing" };

function readWords(input: InputLine): {
  readonly words: readonly Word[];
  readonly problem?: Failure;
} {
  if (input.type === "unreadable") return { words: [], problem: rejected(input.problem) };
  const split = splitWords(input.text);
  if (split.type === "words") return { words: split.words };
  return { words: [], problem: rejected(`column ${split.column}: ${split.message}`) };
}

function rejected(message: string): Failure {
  return { type: "failed", outcome: "error", message };
}
