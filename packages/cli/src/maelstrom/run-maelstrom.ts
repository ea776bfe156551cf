import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Host } from "../host/host.ts";
import type { Notes } from "../output/notes.ts";
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
  const directory = data ?? mkdtempSync(join(tmpdir(), "kontiki-maelstrom-"));
  const lines = createInterface({ input: stdin, terminal: false, signal });
  const onFlaw = (text: string): void => notes.problem(text);
  const write = (message: MaelstromMessage): void => {
    // A reader that is slow gets no more requests answered than it reads answers.
    if (!stdout.write(`${JSON.stringify(message)}\n`)) {
      lines.pause();
      stdout.once("drain", () => lines.resume());
    }
  };
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
  try {
    for await (const line of lines) {
      if (line.trim() === "") continue;
      const message = parseMessage(line);
      if ("flaw" in message) onFlaw(`a line is no message: ${message.flaw}`);
      else conversation.receive(message);
    }
  } finally {
    conversation.close();
    if (data === undefined) rmSync(directory, { recursive: true, force: true });
  }
}
