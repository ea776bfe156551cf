/**
 * Transcripts on a page: blocks of `console` with commands and what they print, run to see whether they still do.
 *
 *     $ npm test
 *     ...
 *      ✓ deposits.test.ts > no deposit is lost
 *     $ node broken.js
 *     bad news
 *     $ echo $?
 *     1
 *
 * A line of `...` stands for any lines, none included, and `...` in a line for any text. The time that a test runner adds to
 * the end of a line is not compared. A command that fails must be followed by `echo $?`: a page says that something fails.
 */
import { spawn } from "node:child_process";
import { delimiter } from "node:path";
import { onTestFinished } from "vitest";
import { BIN, inherited, nodeOptions } from "./environment.ts";

/** A command with what it prints. */
export type Step = { readonly command: string; readonly output: readonly string[] };

const STATUS = "echo $?";
const ANY = "...";
const SHELL = {
  NO_COLOR: "1",
  FORCE_COLOR: "0",
  npm_config_offline: "true",
  NODE_OPTIONS: nodeOptions(),
};

/** The steps of a block of `console`. */
export function stepsOf(text: string): readonly Step[] {
  const [before = "", ...steps] = `\n${text}`.trimEnd().split("\n$ ");
  if (before !== "") throw new Error(`a transcript begins with a command, not with ${before}`);
  return steps.map((step) => {
    const [command = "", ...output] = step.split("\n");
    return { command, output };
  });
}

/** Runs a transcript's commands one after another. Gives what they print now, in its words where both agree. */
export async function playedSteps(steps: readonly Step[], cwd: string): Promise<readonly Step[]> {
  const played: Step[] = [];
  let status = 0;
  for (const [at, { command, output }] of steps.entries()) {
    if (command === STATUS) {
      played.push({ command, output: [String(status)] });
      continue;
    }
    const lines = await run(command, cwd, (code) => (status = code));
    const agrees = matches(output, lines);
    const isTold = status === 0 || steps[at + 1]?.command === STATUS;
    const printed = agrees ? output : lines;
    played.push({ command, output: isTold ? printed : [...printed, `(exit status ${status})`] });
  }
  return played;
}

async function run(
  command: string,
  cwd: string,
  ended: (status: number) => void,
): Promise<readonly string[]> {
  const child = spawn("sh", ["-c", `exec 2>&1\n${command}`], {
    cwd,
    env: { ...inherited(), ...SHELL, PATH: BIN + delimiter + (process.env["PATH"] ?? "") },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  onTestFinished(() => endGroup(child.pid));
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  ended(await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? -1))));
  return printed.trimEnd().split("\n").map(withoutTime);
}

/** A test that is given up must leave no process of the command: all are in its group. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended, as it should.
  }
}

/** A line of a test runner, without the time at its end. */
export function withoutTime(line: string): string {
  return line.trimEnd().replace(/ +\d+(?:\.\d+)?m?s$/, "");
}

/** Whether lines are as expected, where a line of `...` stands for any of them. */
export function matches(expected: readonly string[], lines: readonly string[]): boolean {
  const [first, ...rest] = expected;
  if (first === undefined) return lines.every((line) => line === "");
  if (first !== ANY) {
    const [line, ...others] = lines;
    return line !== undefined && isLike(withoutTime(first), line) && matches(rest, others);
  }
  if (rest.length === 0) return true;
  return lines.some((_, at) => matches(rest, lines.slice(at)));
}

function isLike(expected: string, line: string): boolean {
  const texts = expected.split(ANY).map((text) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&"));
  return new RegExp(`^${texts.join(".*")}$`).test(line);
}
