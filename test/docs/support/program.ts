/**
 * Programs that say in comments what they print, and that are run to see whether they do.
 */
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";

/** What a program says it prints: the comment after each call of `console.log`. */
export function claimedOutput(source: string): readonly string[] {
  const logs = source.matchAll(/\bconsole\.log\(.*\);(?: \/\/ (?<claim>.*))?$/gm);
  return Array.from(logs, ({ groups }) => groups?.["claim"] ?? "(the program does not say)");
}

/** What a program printed. */
export type Printed = {
  readonly status: number | null;
  readonly lines: readonly string[];
  readonly stderr: string;
};

/** Node prints strings in objects in single quotes; prose does not. */
export function withDoubleQuotes(line: string): string {
  return line.replaceAll("'", '"');
}

/** Runs a program in its folder. */
export async function runProgram(file: string): Promise<Printed> {
  const strip = fileURLToPath(new URL("strip-types.mjs", import.meta.url));
  const args = file.endsWith(".ts") ? ["--import", pathToFileURL(strip).href, file] : [file];

  const child = spawn(process.execPath, args, {
    cwd: dirname(file),
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const lines = stdout.split("\n").slice(0, -1);
  return { status, lines: lines.map(withDoubleQuotes), stderr };
}
