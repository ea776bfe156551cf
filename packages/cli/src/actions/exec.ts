import { findCluster } from "../control/find-cluster.ts";
import { interruptible } from "../control/interruptible.ts";
import { commandLine, lineOf, REQUESTS, wordOf } from "../control/protocol.ts";
import { Registry } from "../control/registry.ts";
import { askForText, runLine, type Showing } from "../control/run-line.ts";
import { Disconnected, type Connection } from "../control/connection.ts";
import { EXIT_FAILED, EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { failureJson } from "../prompt/answer-json.ts";
import { failureText } from "../prompt/failure-text.ts";
import { standardLines } from "../prompt/standard-lines.ts";
import { failureOf, type Failure } from "../session/answer.ts";
import { splitWords } from "../session/split-words.ts";

/** Runs one command, or those of standard input, in a cluster of another process. Resolves to the exit status. */
export function exec(
  name: string,
  words: readonly string[],
  options: { readonly json?: true },
  host: Host,
): Promise<number> {
  return interruptible(host, () => execThere(name, words, options, host));
}

async function execThere(
  name: string,
  words: readonly string[],
  { json }: { readonly json?: true },
  host: Host,
): Promise<number> {
  const notes = new Notes(host);
  const { connection } = await findCluster(new Registry(host.env), name, host.signal);
  try {
    if (json !== true)
      await askForText(connection, colorsFor(host.stdout, host.env).isColorSupported);
    const showing = { json: json === true, notes };
    const isDone =
      words.length > 0
        ? (await runOne(connection, lineOf(words.map(wordOf)), showing, host)) === "done"
        : await runInput(connection, showing, host);
    // Faults that were injected stay: another command heals them.
    if (!host.signal.aborted) await connection.ask(REQUESTS.keep).catch(ended);
    return interruptedStatus(host.signal) ?? (isDone ? EXIT_OK : EXIT_FAILED);
  } finally {
    connection.close();
  }
}

/** The command was one that ends the connection, or the cluster. */
function ended(error: unknown): void {
  if (!(error instanceof Disconnected)) throw error;
}

/** Runs the lines of standard input one after another. Resolves to whether all succeeded. */
async function runInput(connection: Connection, showing: Showing, host: Host): Promise<boolean> {
  const { stdin, signal } = host;
  const stop = (): void => void stdin.destroy();
  signal.addEventListener("abort", stop, { once: true });
  let isDone = true;
  try {
    for await (const line of standardLines(stdin)) {
      if (signal.aborted) break;
      const one = { ...showing, number: line.number };
      if (line.type === "unreadable") {
        await showFailure(
          [],
          { type: "failed", outcome: "error", message: line.problem },
          one,
          host,
        );
        isDone = false;
        continue;
      }
      const text = line.text.trim();
      // What is no command has no reply.
      if (text === "" || text.startsWith("#")) continue;
      if (text === "quit") break;
      const end = await runOne(connection, commandLine(text), one, host);
      if (end !== "done") isDone = false;
      if (end === "over") break;
    }
  } catch (error) {
    // Reading stops with an error when the input is closed here.
    if (!signal.aborted || error instanceof Disconnected) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    stdin.destroy();
  }
  return isDone;
}

/**
 * Runs a line. A cluster that ends before it replies is a failure of this command, which may have taken effect; then no other
 * one may follow.
 */
async function runOne(
  connection: Connection,
  line: string,
  showing: Showing,
  host: Host,
): Promise<"done" | "failed" | "over"> {
  try {
    return (await runLine(connection, line, showing, host)) ? "done" : "failed";
  } catch (error) {
    if (!(error instanceof Disconnected) || host.signal.aborted) throw error;
    const split = splitWords(line);
    const words = split.type === "words" ? split.words.map(({ text }) => text) : [];
    await showFailure(words, failureOf(error), showing, host);
    return "over";
  }
}

async function showFailure(
  words: readonly string[],
  failure: Failure,
  { json, notes, number }: Showing,
  { stdout }: Host,
): Promise<void> {
  if (json) await write(stdout, failureJson(words, failure, number));
  else notes.problem(failureText(failure, number));
}
