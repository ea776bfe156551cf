import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../host/host.ts";
import { makeScratchFolder } from "../launch/scratch-folder.ts";
import type { Notes } from "../output/notes.ts";
import { write as drained } from "../output/write.ts";
import type { InputLine } from "../prompt/lines.ts";
import { standardLines } from "../prompt/standard-lines.ts";
import { Conversation } from "./conversation.ts";
import { Member } from "./member.ts";
import { parseMessage, type MaelstromMessage } from "./message.ts";

export type MaelstromRun = {
  /** Where each node has a folder for its log; undefined: a new directory, which is removed at the end. */
  readonly data: string | undefined;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly timeoutMs: number;
};

/**
 * Speaks Maelstrom's protocol until the input ends or the program is interrupted.
 *
 * @throws KontikiError when the folder of the node cannot be used, or the state machine fails.
 */
export async function runMaelstrom(
  { data, ...times }: MaelstromRun,
  notes: Notes,
  { stdin, stdout, signal }: Host,
): Promise<void> {
  const directory = data ?? makeScratchFolder("maelstrom");
  const onFlaw = (text: string): void => notes.problem(text);
  const write = (message: MaelstromMessage): void =>
    void stdout.write(`${JSON.stringify(message)}\n`);
  const conversation = new Conversation({
    start: (setup) =>
      new Member({
        ...setup,
        ...times,
        directory: join(directory, setup.id),
        onTrouble: onFlaw,
      }),
    write,
    onFlaw,
  });
  const stopReading = (): void => void stdin.destroy();
  signal.addEventListener("abort", stopReading, { once: true });
  try {
    if (signal.aborted) return;
    for await (const line of standardLines(stdin)) {
      const message = messageIn(line);
      if (message === undefined) continue;
      if ("flaw" in message) onFlaw(`line ${line.number} is no message: ${message.flaw}`);
      else conversation.receive(message);
      // A reader that is slow gets no more requests answered than it reads answers.
      if (stdout.writableNeedDrain) await drained(stdout, "");
    }
    await conversation.end(signal);
  } catch (error) {
    // Reading stops with an error when the input is closed here.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stopReading);
    conversation.close();
    if (data === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

/** Undefined for a blank line. */
function messageIn(line: InputLine): ReturnType<typeof parseMessage> | undefined {
  if (line.type === "unreadable") return { flaw: line.problem };
  return line.text.trim() === "" ? undefined : parseMessage(line.text);
}
