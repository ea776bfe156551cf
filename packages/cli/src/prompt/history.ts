import { appendFileSync, chmodSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { makeFolder } from "../host/make-folder.ts";

/** How many lines are kept, in memory and between runs. */
export const HISTORY_LINES = 1000;

/** A longer line, such as a pasted value, is kept for this run only. */
const LINE_LENGTH_MAX = 4096;

/** The file that keeps the lines of prompts between runs; undefined where the environment names no place for it. */
export function historyFile(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { XDG_STATE_HOME: state = "", HOME: home = "" } = env;
  // The specification of these folders says to ignore a relative path.
  if (isAbsolute(state)) return join(state, "kontiki", "history");
  return isAbsolute(home) ? join(home, ".local", "state", "kontiki", "history") : undefined;
}

/**
 * The lines that were typed at prompts, in a file that only its owner can read.
 *
 * A prompt must never fail because of it: what cannot be read or written is left out.
 */
export class History {
  readonly #path: string | undefined;
  /** The newest line first. */
  readonly lines: readonly string[];
  #last: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
    const kept = quietly(() => this.#read()) ?? [];
    this.#last = kept.at(-1);
    this.lines = kept.toReversed();
  }

  /** Keeps a line, unless it is blank or the same as the one before it. */
  add(line: string): void {
    const path = this.#path;
    if (path === undefined || line.trim() === "" || line === this.#last) return;
    if (line.length > LINE_LENGTH_MAX) return;
    this.#last = line;
    quietly(() => {
      makeFolder(dirname(path), 0o700);
      appendFileSync(path, `${line}\n`, { mode: 0o600 });
    });
  }

  /** The last lines of the file, which is cut to these when it has grown to twice as many. */
  #read(): readonly string[] {
    const path = this.#path;
    if (path === undefined) return [];
    const all = readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    const kept = all.slice(-HISTORY_LINES);
    quietly(() => {
      chmodSync(path, 0o600);
      if (all.length < 2 * HISTORY_LINES) return;
      const shorter = `${path}.${process.pid}`;
      writeFileSync(shorter, kept.map((line) => `${line}\n`).join(""), { mode: 0o600 });
      renameSync(shorter, path);
    });
    return kept;
  }
}

function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
