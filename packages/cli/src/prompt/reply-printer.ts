import type { Writable } from "node:stream";
import type { Colors } from "../output/colors.ts";
import type { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { failureOf, type Answer, type Failure } from "../session/answer.ts";
import { answerJson, failureJson } from "./answer-json.ts";
import { answerText } from "./answer-text.ts";
import { failureText } from "./failure-text.ts";

/** Prints the reply to a command. `line` is the command's number where input has lines. */
export interface ReplyPrinter {
  /** Resolves to whether the command succeeded, once everything is written. */
  print(
    command: readonly string[],
    reply: Answer | Failure,
    line: number | undefined,
  ): Promise<boolean>;
}

/** For people: answers on standard output, failures among the notes. */
export class TextPrinter implements ReplyPrinter {
  readonly #stdout: Writable;
  readonly #colors: Colors;
  readonly #notes: Notes;

  constructor(stdout: Writable, colors: Colors, notes: Notes) {
    this.#stdout = stdout;
    this.#colors = colors;
    this.#notes = notes;
  }

  async print(
    _command: readonly string[],
    reply: Answer | Failure,
    line: number | undefined,
  ): Promise<boolean> {
    if (reply.type === "failed") return this.#failed(reply, line);
    try {
      for await (const piece of answerText(reply, this.#colors)) await write(this.#stdout, piece);
      return true;
    } catch (error) {
      return this.#failed(failureOf(error), line);
    }
  }

  #failed(failure: Failure, line: number | undefined): false {
    this.#notes.problem(failureText(failure, line));
    return false;
  }
}

/** For programs: one object for each command on standard output, whether it succeeded or not. */
export class JsonPrinter implements ReplyPrinter {
  readonly #stdout: Writable;

  constructor(stdout: Writable) {
    this.#stdout = stdout;
  }

  async print(
    command: readonly string[],
    reply: Answer | Failure,
    line: number | undefined,
  ): Promise<boolean> {
    if (reply.type === "failed") {
      await write(this.#stdout, failureJson(command, reply, line));
      return false;
    }
    let begun = false;
    try {
      for await (const piece of answerJson(command, reply)) {
        begun = true;
        await write(this.#stdout, piece);
      }
      return true;
    } catch (error) {
      await write(this.#stdout, failureJson(command, failureOf(error), line, begun));
      return false;
    }
  }
}
