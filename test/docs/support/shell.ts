/**
 * Runs commands of a page, with the programs of `bin` first on the path.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Typed } from "./commands.ts";
import { BIN, inherited, nodeOptions } from "./environment.ts";
import { Screen } from "./screen.ts";

/** A session that stands still for so long is given up: what is on the screen is compared, and differs. */
const PATIENCE_MS = 20_000;

/** How long more may come while a page is updated. */
const SETTLE_MS = 1500;

/** What is typed here, and the clusters that run, do not belong to the person who runs the tests. */
const STATE = mkdtempSync(join(tmpdir(), "kontiki-state-"));
process.once("exit", () => rmSync(STATE, { recursive: true, force: true }));

/** Ends the clusters that commands have left running, because one of them failed. */
export function endClusters(): void {
  const folder = join(STATE, "kontiki/clusters");
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
    const { pid } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
      readonly pid: number;
    };
    process.kill(pid, "SIGKILL");
  }
}

export type Printed = { readonly lines: readonly string[]; readonly status: number };

/** Runs a command to its end. Gives what it prints, on either stream. */
export async function runCommand(command: string, cwd: string): Promise<Printed> {
  const child = start(command, cwd, nodeOptions());
  let printed = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stdin?.end();
  const status = await ended(child);
  const text = printed.trimEnd();
  return { lines: text === "" ? [] : text.split("\n").map((line) => line.trimEnd()), status };
}

/** What a session shows: before anything is typed, and after each line that is. */
export type Session = {
  readonly output: readonly string[];
  readonly typed: readonly Typed[];
  readonly status: number;
};

/** What a session waits for before the next line is typed. */
export type Waits = {
  /** How many lines must be on the screen, of those that the page shows. */
  readonly countOf: (shown: readonly string[]) => number;
  /** Whether to wait longer for more, because the page does not show yet how many there are. */
  readonly settle: boolean;
};

/** Starts a command that opens a prompt, and types lines, each when the prompt and the lines before it are there. */
export async function runSession(
  command: string,
  cwd: string,
  shown: { readonly output: readonly string[]; readonly typed: readonly Typed[] },
  { settle, countOf }: Waits,
): Promise<Session> {
  const child = start(command, cwd, nodeOptions("terminal.mjs"));
  const screen = new Screen("kontiki> ");
  child.stdout?.setEncoding("utf8").on("data", (text: string) => screen.write(text));
  const exit = ended(child);
  const seen = async (shown: readonly string[]): Promise<readonly string[]> => {
    await screen.until(settle ? 0 : countOf(shown), PATIENCE_MS, exit);
    if (settle) await screen.until(Infinity, SETTLE_MS, exit);
    return screen.lines;
  };

  const output = await seen(shown.output);
  const typed: Typed[] = [];
  for (const [at, { line, output: expected }] of shown.typed.entries()) {
    screen.clear();
    child.stdin?.write(`${line}\n`);
    if (at < shown.typed.length - 1) typed.push({ line, output: await seen(expected) });
    else {
      await screen.until(Infinity, PATIENCE_MS, exit);
      typed.push({ line, output: screen.lines });
    }
  }
  child.stdin?.end();
  return { output, typed, status: await exit };
}

function start(command: string, cwd: string, options: string): ChildProcess {
  const path = BIN + delimiter + (process.env["PATH"] ?? "");
  const child = spawn("sh", ["-c", `exec 2>&1\n${command}`], {
    cwd,
    env: {
      ...inherited(),
      PATH: path,
      XDG_STATE_HOME: STATE,
      NO_COLOR: "1",
      FORCE_COLOR: "0",
      NODE_OPTIONS: options,
    },
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  // A command may end before it has read all.
  child.stdin?.on("error", () => undefined);
  onTestFinished(() => endGroup(child.pid));
  return child;
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.on("close", (code) => resolve(code ?? -1)));
}

/** A test that is given up leaves no process of a command: all are in its group. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended, as it should.
  }
}
