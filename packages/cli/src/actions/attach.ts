import { findCluster, type Found } from "../control/find-cluster.ts";
import type { Connection } from "../control/connection.ts";
import { endedBy } from "../control/ended-by.ts";
import { interruptible } from "../control/interruptible.ts";
import { Registry } from "../control/registry.ts";
import { RemoteSession } from "../control/remote-session.ts";
import { EXIT_OK, EXIT_USAGE, interruptedStatus, type Host } from "../host/host.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { complete } from "../prompt/complete.ts";
import { Interpreter } from "../prompt/interpreter.ts";
import { runPrompt } from "../prompt/prompt.ts";
import { TextPrinter } from "../prompt/reply-printer.ts";
import { verbs } from "../session/verbs/verbs.ts";

/** A prompt for a cluster of another process, with its events. Resolves to the exit status. */
export async function attach({ name }: { readonly name?: string }, host: Host): Promise<number> {
  const { stdin, stdout, env } = host;
  const notes = new Notes(host);
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    notes.problem('kontiki: attach needs a terminal; "kontiki exec" reads commands from a pipe');
    return EXIT_USAGE;
  }
  return interruptible(host, async () =>
    prompt(await findCluster(new Registry(env), name, host.signal), host, notes),
  );
}

/** Runs until the prompt or the cluster ends. */
async function prompt(
  { entry, connection, hello }: Found,
  host: Host,
  notes: Notes,
): Promise<number> {
  const { stdout, env, signal } = host;
  const colors = colorsFor(stdout, env);
  const announce = (text: string): void => notes.note(text);
  const session = new RemoteSession(verbs, entry.socket, colors.isColorSupported, announce);
  const over = new AbortController();
  const interrupt = (): void => session.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    let nodes = [...hello.nodes, ...hello.others.flatMap((other) => other.nodes)];
    const events = tellEvents(connection, notes, (members) => (nodes = [...members]));
    void events.finally(() => over.abort());
    const near = endedBy(host, over.signal);
    const printer = new TextPrinter(stdout, colors, notes);
    const interpreter = new Interpreter(session, printer, notes, near.signal);
    notes.note(`attached to ${entry.name}: "quit" leaves it running, "kontiki down" stops it`);
    await runPrompt(near, interpreter, notes, (line) => complete(verbs, line, nodes));
    if (over.signal.aborted) notes.note(`${entry.name} has stopped`);
    return interruptedStatus(signal) ?? EXIT_OK;
  } finally {
    signal.removeEventListener("abort", interrupt);
    session.close();
    connection.close();
  }
}

/** Shows events as they happen. Resolves when the cluster has stopped, or the connection is closed here. */
async function tellEvents(
  connection: Connection,
  notes: Notes,
  onMembers: (nodes: readonly string[]) => void,
): Promise<void> {
  for await (const told of connection.events()) {
    if ("dropped" in told) {
      notes.note(`${told.dropped} events were left out`);
      continue;
    }
    if (told.event.type === "membership") {
      const { voters, learners } = told.event.membership;
      onMembers([...voters, ...learners]);
    }
    if (told.text !== null) notes.note(told.text);
  }
}
