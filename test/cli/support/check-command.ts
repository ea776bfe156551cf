/** Histories with each verdict, and `kontiki check` on one of them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runOnFake } from "./fake-host.ts";
import { temporaryDirectory } from "./kontiki.ts";

export const VALID = `{"type":"history","version":1,"unit":"ms"}
{"type":"operation","process":"a","f":"write","value":3,"call":0,"return":4,"status":"ok"}
{"type":"operation","process":"b","f":"read","call":1,"return":5,"status":"ok","output":3}
{"type":"leader","node":"n1","term":2,"from":0}
`;

export const VIOLATED = VALID.replace('"output":3', '"output":4');

/** Enqueues that all overlap, and a dequeue that none of their orders explains: too many orders to try. */
export const HARD = [
  ...Array.from(
    { length: 60 },
    (_, at) =>
      `{"type":"operation","process":"w${at}","f":"enqueue","value":${at},"call":0,"return":9,"status":"ok"}`,
  ),
  '{"type":"operation","process":"r","f":"dequeue","output":-1,"call":10,"return":11,"status":"ok"}',
].join("\n");

export function saved(name: string, text: string | Uint8Array): string {
  const file = join(temporaryDirectory(), name);
  writeFileSync(file, text);
  return file;
}

export async function check(
  file: string,
  ...options: readonly string[]
): Promise<{ status: number; stdout: string; stderr: string }> {
  const { status, stdout, stderr } = await runOnFake(["check", file, ...options]);
  return { status, stdout: stdout.replace(/checked in .*/, "checked in ..."), stderr };
}
