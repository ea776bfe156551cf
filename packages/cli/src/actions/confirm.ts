import { createInterface } from "node:readline";
import type { Host } from "../host/host.ts";
import { write } from "../output/write.ts";

/**
 * Asks, and compares the next line with the word that confirms. False also without an answer: at the end of the input, or
 * when the program is interrupted.
 */
export async function isConfirmed(
  { stdin, stderr, signal }: Host,
  question: string,
  word: string,
): Promise<boolean> {
  await write(stderr, question);
  const lines = createInterface({ input: stdin, signal, terminal: false });
  for await (const line of lines) return line.trim() === word;
  return false;
}

/** Whether a question can be asked. */
export function isInteractive({ stdin, stderr }: Host): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}
