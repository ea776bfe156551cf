import { KontikiError } from "@kontiki/actors";
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
import { readLines, type InputLine } from "../prompt/lines.ts";

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
        ? await runLine(connection, lineOf(words.map(wordOf)), showing, host)
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
    for await (const line of readLines(stdin as AsyncIterable<Uint8Array>)) {
      if (signal.aborted) break;
      if (line.type === "unreadable") {
        await showUnreadable(line, showing, host);
        isDone = false;
        continue;
      }
      const text = line.text.trim();
      // What is no command has no reply.
      if (text === "" || text.startsWith("#")) continue;
      if (text === "quit") break;
      const one = { ...showing, number: line.number };
      if (!(await runLine(connection, commandLine(text), one, host))) isDone = false;
    }
  } catch (error) {
    // Reading stops with an error when the input is closed here.
    if (!signal.aborted || error instanceof KontikiError) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    stdin.destroy();
  }
  return isDone;
}

/** The reply to a line that is no text. */
async function showUnreadable(
  { number, problem }: InputLine & { readonly type: "unreadable" },
  { json, notes }: Showing,
  { stdout }: Host,
): Promise<void> {
  const failure = { type: "failed", outcome: "error", message: problem } as const;
  if (json) await write(stdout, failureJson([], failure, number));
  else notes.problem(failureText(failure, number));
}
