import {
  createInterface,
  cursorTo,
  clearScreenDown,
  moveCursor,
  type Interface,
} from "node:readline";
import type { Host } from "../host/host.ts";
import type { Interpreter } from "./interpreter.ts";
import type { InputLine } from "./lines.ts";
import type { Completed } from "./complete.ts";
import type { Footer, Notes } from "../output/notes.ts";

const HISTORY_LINES = 1000;

/**
 * Reads commands at a prompt until the input ends, `quit` comes, or the program is interrupted.
 *
 * Ctrl-C clears what was typed; on an empty line it asks the program to end. Lines that arrive while a command runs, for
 * example from a paste, wait for their turn.
 */
export async function runPrompt(
  host: Host,
  interpreter: Interpreter,
  notes: Notes,
  completer: (line: string) => Completed,
): Promise<void> {
  const { stdin: input, stdout: output, signal } = host;
  if (signal.aborted) return;
  const readline = createInterface({
    input,
    output,
    terminal: true,
    prompt: "kontiki> ",
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
    completer,
  });
  const close = (): void => readline.close();
  signal.addEventListener("abort", close, { once: true });
  readline.on("SIGINT", () => {
    if (readline.line === "") host.interrupt("leave");
    else clearTyped(readline);
  });
  try {
    await converse(readline, interpreter, notes, output);
  } finally {
    signal.removeEventListener("abort", close);
    readline.close();
  }
}

async function converse(
  readline: Interface,
  interpreter: Interpreter,
  notes: Notes,
  output: Host["stdout"],
): Promise<void> {
  let closed = false;
  readline.once("close", () => {
    closed = true;
  });
  const footer = footerOf(readline, output);
  const ask = (): void => {
    if (closed) return;
    notes.footer = footer;
    readline.prompt(true);
  };
  const lines = readline[Symbol.asyncIterator]();
  ask();
  try {
    for (let number = 1; ; number += 1) {
      const next = await lines.next();
      notes.footer = undefined;
      if (next.done === true) return;
      if ((await interpreter.run(lineOf(number, next.value), false)) === "quit") return;
      ask();
    }
  } finally {
    notes.footer = undefined;
    // The shell's prompt must not follow this one on the same line.
    if (closed) output.write("\n");
  }
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
