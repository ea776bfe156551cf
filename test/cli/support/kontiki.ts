import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const BIN = fileURLToPath(new URL("../../../packages/cli/dist/bin.js", import.meta.url));

export type Exit = {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** The program in its own process. It does not outlive its test. */
export class Kontiki {
  readonly process: ChildProcessWithoutNullStreams;
  /** Resolves when the process has ended and its output is complete. */
  readonly exit: Promise<Exit>;
  #stdout = "";
  #stderr = "";
  readonly #watchers = new Set<() => void>();

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { PATH = "" } = process.env;
    this.process = spawn(process.execPath, [BIN, ...args], { env: { PATH, ...env } });
    this.process.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#look();
    });
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#look();
    });
    // The program may end before it has read all input.
    this.process.stdin.on("error", () => undefined);
    this.exit = new Promise((resolve) => {
      this.process.on("close", (status, signal) => {
        resolve({ status, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
    onTestFinished(() => void this.process.kill("SIGKILL"));
  }

  /** Standard error so far. */
  get stderr(): string {
    return this.#stderr;
  }

  write(text: string | Uint8Array): this {
    this.process.stdin.write(text);
    return this;
  }

  /** Resolves when standard output, or error, matches; rejects when the program ends without that. */
  async until(stream: "stdout" | "stderr", pattern: RegExp): Promise<void> {
    const matches = (): boolean => pattern.test(stream === "stdout" ? this.#stdout : this.#stderr);
    await new Promise<void>((resolve, reject) => {
      const watch = (): void => {
        if (!matches()) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
      void this.exit.then((exit) => reject(new Error(`ended early: ${JSON.stringify(exit)}`)));
      watch();
    });
  }

  /** The first match of standard output, or error, once there is one. */
  async found(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> {
    await this.until(stream, pattern);
    const match = pattern.exec(stream === "stdout" ? this.#stdout : this.#stderr);
    if (match === null) throw new Error("a match is gone");
    return match;
  }

  #look(): void {
    for (const watch of this.#watchers) watch();
  }
}

/** Runs the program with this input to its end. */
export function kontiki(
  args: readonly string[],
  input: string | Uint8Array = "",
  env: Readonly<Record<string, string>> = {},
): Promise<Exit> {
  const program = new Kontiki(args, env);
  program.process.stdin.end(input);
  return program.exit;
}

/** The lines of a `--json` session as objects. */
export function objects(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A directory that is removed after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "kontiki-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
