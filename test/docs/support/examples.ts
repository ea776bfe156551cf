/**
 * Examples in prose: found, written to files inside this package so that their imports resolve, and run.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";

const ROOT = new URL("../../../", import.meta.url);

/** The first line may name the file, as `// counter.ts` does. */
const NAME = /^\/\/ (?<name>[\w-]+\.ts)\n/;

export type Example = {
  readonly name: string;
  readonly source: string;
  /** A module that others load, rather than a program. */
  readonly isModule: boolean;
};

/** The blocks marked `ts` of a file, given by its path in the repository. Doc comments lose their stars. */
export function examplesIn(path: string): readonly Example[] {
  const text = readFileSync(new URL(path, ROOT), "utf8").replaceAll(/^ +\* ?/gm, "");
  const blocks = [...text.matchAll(/^```ts\n(?<source>.*?)^```$/gms)];
  return blocks.map(({ groups }, at) => {
    const source = groups?.["source"] ?? "";
    const name = NAME.exec(source)?.groups?.["name"] ?? `example-${at + 1}.ts`;
    return { name, source, isModule: /^export /m.test(source) };
  });
}

/** What an example says it prints: the comment behind each call of `console.log`. */
export function claimedOutput({ source }: Example): readonly string[] {
  const logs = source.matchAll(/\bconsole\.log\(.*\);(?: \/\/ (?<claim>.*))?$/gm);
  return Array.from(logs, ({ groups }) => groups?.["claim"] ?? "(the example does not say)");
}

/** Writes examples next to each other, for as long as the test runs. Gives their folder. */
export function writeExamples(examples: readonly Example[]): string {
  const folder = mkdtempSync(join(import.meta.dirname, "example-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const { name, source } of examples) writeFileSync(join(folder, name), source);
  return folder;
}

export type Printed = {
  readonly status: number | null;
  readonly lines: readonly string[];
  readonly stderr: string;
};

/** Runs an example as a program, in its folder. Node prints strings in objects in single quotes; prose does not. */
export async function runExample(folder: string, { name }: Example): Promise<Printed> {
  const file = join(folder, name);
  const strip = fileURLToPath(new URL("strip-types.mjs", import.meta.url));
  const args = ["--import", pathToFileURL(strip).href, file];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const lines = stdout.split("\n").slice(0, -1);
  return { status, lines: lines.map((line) => line.replaceAll("'", '"')), stderr };
}
