import type { InputLine } from "./lines.ts";
import type { Printer } from "./printer.ts";
import type { Answer, Failure } from "../session/answer.ts";
import type { Session } from "../session/command-session.ts";
import { splitWords, type Word } from "../session/split-words.ts";
import type { Notes } from "../output/notes.ts";

/** From lines of input to printed replies, one line after another. */
export class Interpreter {
  readonly #session: Session;
  readonly #printer: Printer;
  readonly #notes: Notes;
  /** Whether any command has failed so far. */
  failed = false;

  constructor(session: Session, printer: Printer, notes: Notes) {
    this.#session = session;
    this.#printer = printer;
    this.#notes = notes;
  }

  /** Runs a line to its end and tells whether another may follow. */
  async run(input: InputLine, numbered: boolean): Promise<"more" | "quit"> {
    const { words, problem } = readWords(input);
    if (words.length === 0 && problem === undefined) return "more";
    const reply = problem ?? (await this.#execute(words));
    const line = numbered ? input.number : undefined;
    const command = words.map(({ text }) => text);
    if (!(await this.#printer.print(command, reply, line))) this.failed = true;
    return reply.type === "quit" ? "quit" : "more";
  }

  #execute(words: readonly Word[]): Promise<Answer | Failure> {
    return this.#notes.during(`${words[0]?.text} ...`, this.#session.run(words));
  }
}

function readWords(input: InputLine): {
  readonly words: readonly Word[];
  readonly problem?: Failure;
} {
  if (input.type === "unreadable") return { words: [], problem: refused(input.problem) };
  const split = splitWords(input.text);
  if (split.type === "words") return { words: split.words };
  return { words: [], problem: refused(`column ${split.column}: ${split.message}`) };
}

function refused(message: string): Failure {
  return { type: "failed", outcome: "error", message };
}
