import type { Readable } from "node:stream";
import type { Interpreter } from "./interpreter.ts";
import { readLines } from "./lines.ts";

/**
 * Runs one command a line until the input ends, `quit` comes, or `signal` is aborted.
 *
 * The next line is read when the one before it is done and its reply was taken.
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
    // Reading stops with an error when we are the ones who close the input.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stopReading);
    stdin.destroy();
  }
}
