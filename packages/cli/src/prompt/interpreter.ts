import type { Notes } from "../output/notes.ts";
import type { Answer, Failure } from "../session/answer.ts";
import type { CommandSession } from "../session/command-session.ts";
import { splitWords, type Word } from "../session/split-words.ts";
import type { InputLine } from "./lines.ts";
import type { ReplyPrinter } from "./reply-printer.ts";

/** Runs lines of input as commands and prints their replies, one line after another. */
export class Interpreter {
  readonly #session: CommandSession;
  readonly #printer: ReplyPrinter;
  readonly #notes: Notes;
  /** Whether any command has failed so far. */
  failed = false;

  constructor(session: CommandSession, printer: ReplyPrinter, notes: Notes) {
    this.#session = session;
    this.#printer = printer;
    this.#notes = notes;
  }

  /** Runs a line to its end. Resolves to whether another line may follow. */
  async run(input: InputLine, numbered: boolean): Promise<"more" | "quit"> {
    const { words, problem } = readWords(input);
    if (words.length === 0 && problem === undefined) return "more";
    const reply = problem ?? (await this.#execute(words));
    const line = numbered ? input.number : undefined;
    const command = words.map(({ text }) => text);
    if (!(await this.#printer.print(command, reply, line))) this.failed = true;
    return reply.type === "value" && reply.ends ? "quit" : "more";
  }

  #execute(words: readonly Word[]): Promise<Answer | Failure> {
    return this.#notes.during(`${words[0]?.text} ...`, this.#session.run(words));
  }
}

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
