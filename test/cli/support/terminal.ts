import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { onTestFinished } from "vitest";

const BIN = fileURLToPath(new URL("../../../packages/cli/dist/bin.js", import.meta.url));

/** What has not come by then does not come. */
const PATIENCE_MS = 20_000;

/** A shell with job control on a terminal of its own, in which `kontiki` is the program. It does not outlive its test. */
export class Terminal {
  readonly #child: ChildProcess;
  #text = "";
  #seen = 0;
  readonly #watchers = new Set<() => void>();

  constructor(env: Readonly<Record<string, string>> = {}) {
    const shell = "bash --noprofile --norc -i";
    const script =
      process.platform === "darwin"
        ? `script -q /dev/null ${shell}`
        : `script -qfc '${shell}' /dev/null`;
    const { PATH = "" } = process.env;
    // The input of `script` is a pipe of a shell: not every system's takes the socket that Node gives.
    this.#child = spawn("sh", ["-c", `cat | ${script}`], {
      env: { PATH, TERM: "xterm", PS1: "shell> ", NO_COLOR: "1", ...env },
      stdio: ["pipe", "pipe", "inherit"],
      detached: true,
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#text += text;
      for (const watch of this.#watchers) watch();
    });
    onTestFinished(() => this.#end());
    this.type(
      `alias kontiki='${process.execPath} ${BIN}'; bind 'set enable-bracketed-paste off'\r`,
    );
  }

  type(keys: string): this {
    this.#child.stdin?.write(keys);
    return this;
  }

  /** Resolves when what was shown since the last match matches; rejects with all that was shown when nothing does. */
  async shows(pattern: RegExp): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(
          new Error(`${pattern} is not in ${this.text.slice(this.#seen)}\nafter ${this.text}`),
        );
      }, PATIENCE_MS);
      const watch = (): void => {
        const found = pattern.exec(stripVTControlCharacters(this.#text).slice(this.#seen));
        if (found === null) return;
        this.#seen += found.index + found[0].length;
        this.#watchers.delete(watch);
        clearTimeout(late);
        resolve();
      };
      this.#watchers.add(watch);
      watch();
    });
  }

  /** All that was shown, without colours and movements. */
  get text(): string {
    return stripVTControlCharacters(this.#text);
  }

  /** The shell ends with its terminal, and so do its jobs. */
  #end(): void {
    this.#child.stdin?.end();
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // It has ended, as it should.
    }
  }
}
