import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";

const PROGRAM = readFileSync(new URL("./programs/started.mjs", import.meta.url), "utf8").replace(
  `"ACTORS"`,
  JSON.stringify(import.meta.resolve("@kontiki/actors")),
);

const WORKS = '{"type":"ok","value":null}\n';

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "kontiki-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

type Start = {
  readonly args: readonly string[];
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
};

/** What a Node started like this prints to standard output. Loaders and the like print warnings to standard error. */
async function outputOf({ args, input = "", env = {}, cwd }: Start): Promise<string> {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, args, { cwd, env: { PATH, ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return stdout === "" ? stderr : stdout;
}

const PERMISSION = process.allowedNodeEnvironmentFlags.has("--permission")
  ? "--permission"
  : "--experimental-permission";

const MODULE = "--input-type=module";
const asScript = PROGRAM.replace(/^import (.*) from (.*);$/m, "const $1 = await import($2);");
const SCRIPT = `void (async () => {\n${asScript}\n})();`;

describe("a cluster starts in a program", () => {
  test.each<[string, Start]>([
    ["from standard input, a module", { args: [MODULE, "-"], input: PROGRAM }],
    ["from standard input, a script", { args: ["-"], input: SCRIPT }],
    ["evaluated, a module", { args: [MODULE, "--eval", PROGRAM] }],
    ["evaluated, a script", { args: ["-e", SCRIPT] }],
    [
      "evaluated, with its type in NODE_OPTIONS",
      { args: ["-e", PROGRAM], env: { NODE_OPTIONS: MODULE } },
    ],
    [
      "that allows what threads need",
      { args: [PERMISSION, "--allow-worker", "--allow-fs-read=*", MODULE, "-e", PROGRAM] },
    ],
  ])("%s", async (_name, how) => {
    expect(await outputOf(how)).toContain(WORKS);
  });

  test("with flags for the whole process, and flags for each thread", async () => {
    const folder = folderOf({ "program.mjs": PROGRAM, "hook.mjs": "", "hook.cjs": "" });
    const args = ["--import", "./hook.mjs", "--require", "./hook.cjs", "--conditions=other"];
    const NODE_OPTIONS = "--max-old-space-size=300 --title=t --stack-trace-limit=0 --trace-exit";
    const start = { args: [...args, "--expose-gc", "program.mjs"], cwd: folder };
    expect(await outputOf({ ...start, env: { NODE_OPTIONS } })).toBe(WORKS);
  });

  test("that changed its list of flags", async () => {
    const folder = folderOf({
      "program.mjs": PROGRAM,
      "first.mjs": `process.execArgv.push("--no-such-flag", "${MODULE}"); await import("./program.mjs");`,
    });
    expect(await outputOf({ args: ["first.mjs"], cwd: folder })).toBe(WORKS);
  });

  test("run by the test runner of Node", async () => {
    const folder = folderOf({ "program.test.mjs": PROGRAM });
    expect(await outputOf({ args: ["--test"], cwd: folder })).toMatch(/pass 1\n/);
  });
});

describe("the machine's path starts at the calling file", () => {
  const program = fileURLToPath(new URL("./programs/relative.mjs", import.meta.url));

  test.each(["--stack-trace-limit=0", "--frozen-intrinsics"])("with %s", async (flag) => {
    expect(await outputOf({ args: [flag, program], cwd: folderOf({}) })).toBe(
      '{"type":"ok","value":"ahoy"}\n',
    );
  });
});

describe("a cluster that cannot start says what to do", () => {
  test("where threads are forbidden", async () => {
    const args = [PERMISSION, "--allow-fs-read=*", MODULE, "-e", PROGRAM];
    expect(await outputOf({ args })).toBe(
      "KontikiError: Node's permission model forbids to start worker threads: " +
        "start node with --allow-worker\n",
    );
  });

  test("where no file can be synced, as no flag allows it", async () => {
    const env = { DATA: join(folderOf({}), "data") };
    const rights = ["--allow-worker", "--allow-fs-read=*", "--allow-fs-write=*"];
    const args = [PERMISSION, ...rights, MODULE, "-e", PROGRAM];
    expect(await outputOf({ args, env })).toBe(
      `DiskError: cannot create ${env.DATA}: Node syncs no file under its permission model; ` +
        "keep the logs in memory, or start node without --permission\n",
    );
  });

  test("in a folder that was removed", async () => {
    const folder = folderOf({ "program.mjs": PROGRAM });
    const gone = folderOf({});
    const leave = `require("node:fs").rmdirSync(${JSON.stringify(gone)});`;
    const main = `${leave} import(${JSON.stringify(join(folder, "program.mjs"))});`;
    expect(await outputOf({ args: ["-e", main], cwd: gone })).toBe(
      "KontikiError: the current folder no longer exists, and Node starts no thread in it: " +
        "change to another one\n",
    );
  });
});

test("a node that finds no descriptors for a new thread is restarted when there are some", async () => {
  const program = fileURLToPath(new URL("./programs/no-descriptors.mjs", import.meta.url));
  const command = `ulimit -n 200; exec "${process.execPath}" "${program}"`;
  const child = spawn("bash", ["-c", command], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [full, cause, outcome] = (await text(child.stdout)).split("\n");
  expect([full, outcome]).toEqual(["EMFILE", '{"type":"ok","value":null}']);
  expect(cause).toMatch(
    /(?:EMFILE|too many open files).*; raise the limit of open files \(ulimit -n\)$/,
  );
});
