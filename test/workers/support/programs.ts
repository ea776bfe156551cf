/**
 * Programs that embed a cluster, in processes of their own.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export type Ended = {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly stderr: string;
};

/** A program of `programs/`, run by this Node. It does not outlive its test. */
export class Program {
  /** The lines of standard output so far. */
  readonly lines: string[] = [];
  /** Resolves when the process has ended and all its output is here. */
  readonly ended: Promise<Ended>;
  readonly #process: ChildProcess;
  #onLine = (): void => {};

  constructor(name: string, args: readonly string[] = [], flags: readonly string[] = []) {
    const file = fileURLToPath(programUrl(name));
    const child = spawn(process.execPath, [...flags, file, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#process = child;
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.lines.push(line);
      this.#onLine();
    });
    this.ended = new Promise((resolve) => {
      child.on("close", (status, signal) => {
        this.#onLine();
        resolve({ status, signal, lines: this.lines, stderr });
      });
    });
    onTestFinished(() => void child.kill("SIGKILL"));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Waits until it has printed so many lines. @throws Error when it ends before. */
  async printed(count: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#onLine = () => {
        if (this.lines.length >= count) resolve();
      };
      this.ended.then(
        ({ stderr }) => reject(new Error(`it ended after ${this.lines.length} lines: ${stderr}`)),
        reject,
      );
      this.#onLine();
    });
  }

  /** Ends its standard input. */
  endInput(): void {
    this.#process.stdin?.end();
  }

  /** `kill -9`. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }
}

/** Runs a program to its end. */
export function run(name: string, ...args: readonly string[]): Promise<Ended> {
  const program = new Program(name, args);
  program.endInput();
  return program.ended;
}

/** The same, with a module of `programs/` that each of its threads loads first. */
export function runWith(first: string, name: string, ...args: readonly string[]): Promise<Ended> {
  const program = new Program(name, args, ["--import", programUrl(first).href]);
  program.endInput();
  return program.ended;
}

function programUrl(name: string): URL {
  return new URL(`../programs/${name}`, import.meta.url);
}
