import type { Readable } from "node:stream";
import type { Interpreter } from "./interpreter.ts";
import { readLines } from "./lines.ts";

/**
 * Runs one command per line until the input ends, `quit` comes, or `signal` is aborted.
 *
 * The next line is read when the previous command is done and its reply has been written.
 */
export async function runPiped(
  stdin: Readable,
  interpreter: Interpreter,
  signal: AbortSignal,
): Promise<void> {
  const stopReading = (): void => void stdin.destroy();
  signal.addEventListener("abort", stopReading, { once: true });
  try {
    if (signal.aborted) return;
    for await (const line of readLines(stdin)) {
      if (signal.aborted) return;
      if ((await interpreter.run(line, true)) === "quit") return;
    }
  } catch (error) {
    // Reading stops with an error when the input is closed here.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stopReading);
    stdin.destroy();
  }
}
