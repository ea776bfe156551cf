import {
  createInterface,
  cursorTo,
  clearScreenDown,
  moveCursor,
  type Interface,
  type Key,
} from "node:readline";
import type { Host } from "../host/host.ts";
import type { Footer, Notes } from "../output/notes.ts";
import type { Completed } from "./complete.ts";
import { History, historyFile, HISTORY_LINES } from "./history.ts";
import type { Interpreter } from "./interpreter.ts";
import type { InputLine } from "./lines.ts";
import { TypedAhead } from "./typed-ahead.ts";

/** Reads commands at a prompt until the input ends, `quit` comes, or the program is interrupted. */
export async function runPrompt(
  host: Host,
  interpreter: Interpreter,
  notes: Notes,
  completer: (line: string) => Completed,
): Promise<void> {
  const { stdin: input, stdout: output, signal } = host;
  if (signal.aborted) return;
  const history = new History(historyFile(host.env));
  const readline = createInterface({
    input,
    output,
    terminal: true,
    prompt: "kontiki> ",
    history: [...history.lines],
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
    completer,
  });
  const close = (): void => readline.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    await new Prompt(readline, host, interpreter, notes, history).ended;
  } finally {
    signal.removeEventListener("abort", close);
    readline.close();
  }
}

/**
 * A prompt on a terminal.
 *
 * Ctrl-C interrupts the commands that run, else it clears what was typed; on an empty line it gives a hint, and a second
 * one quits. Lines that come while a command runs wait for their turn, unless it takes long.
 */
class Prompt {
  readonly ended: Promise<void>;
  readonly #readline: Interface;
  readonly #notes: Notes;
  readonly #interpreter: Interpreter;
  readonly #history: History;
  readonly #footer: Footer;
  readonly #typedAhead: TypedAhead;
  #lines = 0;
  #isClosed = false;
  /** Whether the key before was a Ctrl-C that got a hint. */
  #hinted = false;
  #end: () => void = () => undefined;

  constructor(
    readline: Interface,
    { stdin, stdout, onResume, takeInterrupts }: Host,
    interpreter: Interpreter,
    notes: Notes,
    history: History,
  ) {
    this.#readline = readline;
    this.#notes = notes;
    this.#interpreter = interpreter;
    this.#history = history;
    this.#footer = footerOf(readline, stdout);
    this.#typedAhead = new TypedAhead(interpreter, startTimer, {
      onReply: () => this.#ask(),
      onLate: ({ words }) => notes.note(`${words.map(({ text }) => text).join(" ")}:`),
    });
    readline.on("line", (text) => this.#onLine(text));
    readline.on("SIGINT", () => this.#onInterrupt());
    readline.once("close", () => this.#onClose());
    const onKey = (_text: string | undefined, key: Key): void => this.#onKey(key);
    stdin.on("keypress", onKey);
    // After readline's own listener, which leaves the input paused.
    const stopResuming = onResume(() => setImmediate(() => this.#onResume(stdin)));
    // Until a shell that has stopped the program gives the terminal back, Ctrl-C is a signal.
    const giveInterruptsBack = takeInterrupts(() => this.#onInterrupt());
    this.ended = new Promise<void>((resolve) => (this.#end = resolve)).finally(() => {
      stdin.off("keypress", onKey);
      stopResuming();
      giveInterruptsBack();
      notes.footer = undefined;
      // The shell's prompt must not follow this one on the same line.
      if (this.#isClosed) stdout.write("\n");
    });
    this.#ask();
  }

  /** Shows the prompt, unless a command runs, and ends when nothing more can come. */
  #ask(): void {
    if (this.#typedAhead.quits) this.#end();
    else if (!this.#typedAhead.isIdle) return;
    else if (this.#isClosed) this.#end();
    else {
      this.#notes.footer = this.#footer;
      this.#readline.prompt(true);
    }
  }

  #onLine(text: string): void {
    this.#notes.footer = undefined;
    this.#hinted = false;
    this.#lines += 1;
    this.#history.add(text);
    const line = this.#interpreter.read(lineOf(this.#lines, text), false);
    if (line !== undefined) this.#typedAhead.add(line);
    this.#ask();
  }

  /** What is typed while a command runs appears at a prompt, instead of the command's progress. */
  #onKey({ ctrl, name }: Key): void {
    if (ctrl !== true || name !== "c") this.#hinted = false;
    if (this.#notes.footer !== undefined || this.#readline.line === "" || this.#isClosed) return;
    this.#notes.show(this.#footer);
  }

  #onInterrupt(): void {
    if (!this.#typedAhead.isIdle) {
      clearTyped(this.#readline);
      this.#typedAhead.interrupt();
    } else if (this.#readline.line !== "") {
      clearTyped(this.#readline);
    } else if (this.#hinted) {
      this.#readline.close();
    } else {
      this.#hinted = true;
      this.#notes.note('Ctrl-C again quits, as "quit" and Ctrl-D do');
    }
  }

  #onClose(): void {
    this.#isClosed = true;
    this.#notes.footer = undefined;
    this.#ask();
  }

  /** The shell has used the terminal in between, and has its own modes. */
  #onResume(stdin: Host["stdin"]): void {
    if (this.#isClosed) return;
    // Node does not set a mode that it takes to be set.
    stdin.setRawMode?.(false);
    stdin.setRawMode?.(true);
    this.#readline.resume();
    if (this.#notes.footer !== undefined) this.#readline.prompt(true);
    // A command runs, and readline has drawn a prompt nevertheless.
    else this.#footer.clear();
  }
}

function startTimer(ms: number, onTime: () => void): () => void {
  const timer = setTimeout(onTime, ms);
  return () => clearTimeout(timer);
}

/** readline replaces bytes that are not UTF-8 with U+FFFD. To type that character itself, write "\\ufffd". */
function lineOf(number: number, text: string): InputLine {
  if (!text.includes("\ufffd")) return { type: "line", number, text };
  return { type: "unreadable", number, problem: "the line is not valid UTF-8" };
}

/** The prompt and the typed text, which may take several rows. */
function footerOf(readline: Interface, output: Host["stdout"]): Footer {
  return {
    clear: () => {
      moveCursor(output, 0, -readline.getCursorPos().rows);
      cursorTo(output, 0);
      clearScreenDown(output);
    },
    draw: () => readline.prompt(true),
  };
}

function clearTyped(readline: Interface): void {
  readline.write(null, { ctrl: true, name: "e" });
  readline.write(null, { ctrl: true, name: "u" });
}
