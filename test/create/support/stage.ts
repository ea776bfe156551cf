import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { onTestFinished } from "vitest";
import { run } from "../../../packages/create-kontiki/src/program.ts";

/** An empty folder, removed when the test ends. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "kontiki-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The names of all files and folders below a folder. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

export function textOf(...path: readonly string[]): string {
  return readFileSync(join(...path), "utf8");
}

/** Keeps what is written to it, and lets a test wait for some of it. */
class Screen extends Writable {
  readonly isTTY: boolean;
  text = "";
  #watch = (): void => undefined;

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.text += chunk;
    this.#watch();
    done();
  }

  /** Resolves when the text contains this. */
  async until(part: string): Promise<void> {
    if (this.text.includes(part)) return;
    await new Promise<void>((resolve) => {
      this.#watch = () => {
        if (this.text.includes(part)) resolve();
      };
    });
  }
}

/** A process around the program, in a folder of its own. */
export class Stage {
  readonly cwd = emptyFolder();
  readonly stdin: PassThrough & { readonly isTTY: boolean };
  readonly stdout: Screen;
  readonly stderr = new Screen(false);
  readonly #env: Readonly<Record<string, string>>;

  constructor({ tty = false, env = {} }: { tty?: boolean; env?: Record<string, string> } = {}) {
    this.stdin = Object.assign(new PassThrough(), { isTTY: tty, setRawMode: () => undefined });
    this.stdout = new Screen(tty);
    this.#env = env;
  }

  /** What the program exits with and prints. */
  async run(
    ...argv: readonly string[]
  ): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
    const { stdin, stdout, stderr, cwd } = this;
    const before = [stdout.text.length, stderr.text.length] as const;
    const status = await run(argv, { stdin, stdout, stderr, env: this.#env, cwd });
    return { status, stdout: stdout.text.slice(before[0]), stderr: stderr.text.slice(before[1]) };
  }
}
