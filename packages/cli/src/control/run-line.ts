import type { Host } from "../host/host.ts";
import type { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { failureText } from "../prompt/failure-text.ts";
import type { Connection } from "./connection.ts";
import { REQUESTS } from "./protocol.ts";

/** How replies are shown. */
export type Showing = {
  readonly json: boolean;
  readonly notes: Notes;
  /** The number of the line in the input, where it has several. */
  readonly number?: number;
  /** What is written at once with the beginning of the reply, which may take a while to come. */
  readonly before?: string;
};

/**
 * Runs a line in another process's cluster and prints its reply. Resolves to whether it succeeded.
 *
 * Ctrl-C interrupts the command there, and its reply tells whether it may have taken effect. A cluster that does not reply to
 * that in time is left.
 *
 * @throws Disconnected when the cluster ends before it replies, or does not reply to an interruption
 */
export async function runLine(
  connection: Connection,
  line: string,
  { json, notes, number, before = "" }: Showing,
  { stdout, signal }: Host,
): Promise<boolean> {
  if (signal.aborted) return false;
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    const onNote = (note: string): void => notes.note(note);
    if (json)
      return await connection.pass(line, { to: (text) => write(stdout, text), onNote, number });
    let written = before;
    for await (const part of connection.run(line)) {
      if ("more" in part) {
        await write(stdout, written + part.more);
        written = "";
      } else if ("note" in part) onNote(part.note);
      else if (part.ok) return true;
      else
        notes.problem(
          failureText({ type: "failed", outcome: part.outcome, message: part.error }, number),
        );
    }
    return false;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

/** Asks for texts in the colours of a terminal. */
export async function askForText(connection: Connection, isColored: boolean): Promise<void> {
  await connection.ask(`${REQUESTS.text}${isColored ? " color" : ""}`);
}
