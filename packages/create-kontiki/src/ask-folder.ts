import { createInterface } from "node:readline/promises";
import type { Host } from "./host.ts";

/** What a person gets who names no folder. */
export const SUGGESTED = "my-bank";

/** Whether there is a person to ask. */
export function canAsk({ stdin, stdout }: Host): boolean {
  return stdin.isTTY === true && stdout.isTTY === true;
}

/**
 * Asks on a terminal for the folder; an empty answer takes what is suggested. Gives undefined when the question was
 * interrupted by Ctrl-C or Ctrl-D.
 */
export async function askFolder({ stdin, stdout }: Host): Promise<string | undefined> {
  const terminal = createInterface({ input: stdin, output: stdout });
  const closed = new AbortController();
  terminal.once("close", () => closed.abort());
  try {
    const question = `Folder for the project (${SUGGESTED}): `;
    const answer = await terminal.question(question, { signal: closed.signal });
    return answer.trim() || SUGGESTED;
  } catch (error) {
    if (!closed.signal.aborted) throw error;
    stdout.write("\n");
    return undefined;
  } finally {
    terminal.close();
  }
}
