import type { Host } from "../host/host.ts";
import type { Interpreter } from "./interpreter.ts";
import { Pipeline } from "./pipeline.ts";
import { standardLines } from "./standard-lines.ts";

/**
 * Runs one command per line until the input ends, `quit` comes, or `signal` is aborted.
 *
 * @param width how many commands may run at once. With one, the next line is read when the previous command is done and
 *   its reply has been written.
 */
export async function runPiped(
  { stdin, stdout, signal }: Host,
  interpreter: Interpreter,
  width: number,
): Promise<void> {
  const pipeline = new Pipeline(interpreter, stdout, width);
  const stopReading = (): void => void stdin.destroy();
  signal.addEventListener("abort", stopReading, { once: true });
  try {
    if (signal.aborted) return;
    for await (const line of standardLines(stdin)) {
      if (signal.aborted) return;
      if ((await pipeline.add(line)) === "quit") return;
    }
  } catch (error) {
    // Reading stops with an error when the input is closed here.
    if (!signal.aborted) throw error;
  } finally {
    await pipeline.end();
    signal.removeEventListener("abort", stopReading);
    stdin.destroy();
  }
}
