/**
 * Programs of the package managers and of an installed package, run to their end.
 */
import { spawn } from "node:child_process";
import { parse } from "node:path";

/** pnpm, in the version that this repository is used with: mostly the one that runs these tests, which npx need not look for. */
export const PNPM = runningPnpm() ?? ["npx", "--yes", "pnpm@12"];

function runningPnpm(): readonly string[] | undefined {
  const { npm_config_user_agent: agent = "", npm_execpath: path = "" } = process.env;
  if (!agent.startsWith("pnpm/12.") || parse(path).name !== "pnpm") return undefined;
  return /\.[cm]?js$/.test(path) ? [process.execPath, path] : [path];
}

export type Ended = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/**
 * Runs a program to its end.
 *
 * @param command the program and its arguments.
 * @param cwd its working folder.
 * @param input all of its standard input.
 */
export function run(
  [program = "", ...args]: readonly string[],
  cwd: string,
  input = "",
): Promise<Ended> {
  const child = spawn(program, args, { cwd, env: shellEnvironment() });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  // A program may end before it has read all of its input.
  child.stdin.on("error", () => undefined).end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/** Runs a program that must succeed. @returns what it printed. */
export async function output(command: readonly string[], cwd: string, input = ""): Promise<string> {
  const { status, stdout, stderr } = await run(command, cwd, input);
  if (status === 0) return stdout;
  throw new Error(`${command.join(" ")} in ${cwd} ended with ${status}:\n${stdout}${stderr}`);
}

/**
 * The environment as a shell has it. The package manager that runs these tests says there who it is, which another one
 * would believe of itself, and vitest says that programs are under test.
 */
function shellEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(?:npm_|pnpm_|vitest|node_env$|node_options$|init_cwd$|test$|force_color$)/i;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), NO_COLOR: "1" };
}
