import type { Readable } from "node:stream";
import type { Host } from "../host/host.ts";
import { messageOf } from "../output/error-text.ts";
import type { Interpreter } from "./interpreter.ts";
import { readLines } from "./lines.ts";
import { Pipeline } from "./pipeline.ts";

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
    for await (const line of readLines(readable(stdin))) {
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

/** Names what could not be read: the error of a broken connection does not. */
async function* readable(stdin: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stdin as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { KontikiError } = await import("@kontiki/actors");
    throw new KontikiError(`cannot read standard input: ${messageOf(error)}`, { cause: error });
  }
}
