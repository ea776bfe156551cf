/**
 * The tests of the examples, in one run of vitest for all of them: to start it for each, and to compile the same simulation in
 * each, took most of the time. The run prints what `npm test` prints in each folder, with the folder before the names of files.
 * That npm runs such a script in the folder of an example is seen where the README of bank runs another one, which fails.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exampleFolders, ROOT } from "./pages.ts";
import { inherited, nodeOptions } from "./environment.ts";
import { withoutTime, type Step } from "./transcript.ts";

const SCRIPT = "vitest run --reporter=verbose";

/** Whether a transcript is `npm test` of an example whose tests run together with those of others. */
export function isTestedTogether(folder: string, steps: readonly Step[]): boolean {
  return filesOf(folder) !== undefined && steps.length === 1 && steps[0]?.command === "npm test";
}

let running: Promise<Ended> | undefined;

/** What `npm test` prints in the folder of an example. Gives it with the exit status of all when that is not 0. */
export async function testedTogether(folder: string): Promise<readonly string[]> {
  running ??= runAll();
  const { lines, status } = await running;
  const prefix = `${folder.replace("examples/", "")}/`;
  const own = lines.filter((line) => line.startsWith(` ✓ ${prefix}`));
  const shown = own.map((line) => withoutTime(line.replace(prefix, "")));
  return status === 0 ? shown : [...lines, `(exit status ${status})`];
}

type Ended = { readonly lines: readonly string[]; readonly status: number };

async function runAll(): Promise<Ended> {
  const vitest = join(ROOT, "test/node_modules/vitest/vitest.mjs");
  const files = exampleFolders().flatMap((folder) => filesOf(folder) ?? []);
  const how = ["--no-isolate", "--maxWorkers=1", "--testTimeout=120000"];
  const args = [vitest, ...SCRIPT.split(" ").slice(1), ...how, ...files];
  const child = spawn(process.execPath, args, {
    cwd: join(ROOT, "examples"),
    env: { ...inherited(), NO_COLOR: "1", FORCE_COLOR: "0", NODE_OPTIONS: nodeOptions() },
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const status = await new Promise<number>((resolve) =>
    child.on("close", (code) => resolve(code ?? -1)),
  );
  return { lines: printed.split("\n"), status };
}

/** The files that `npm test` of an example runs, from the folder of all examples; undefined when it runs no vitest of its own. */
function filesOf(folder: string): readonly string[] | undefined {
  const path = join(ROOT, folder, "package.json");
  const { scripts } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly scripts?: { readonly test?: string };
  };
  const [script, ...filters] = (scripts?.test ?? "").split(/(?<=^vitest run --reporter=verbose) /);
  if (script !== SCRIPT || !existsSync(join(ROOT, folder, "node_modules/.bin/vitest")))
    return undefined;
  const name = folder.replace("examples/", "");
  return (filters[0]?.split(" ") ?? [""]).map((filter) => `${name}/${filter}`);
}
