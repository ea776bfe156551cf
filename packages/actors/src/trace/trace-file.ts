import { errorCode } from "../errors.ts";
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { NodeId } from "@kontiki/core";
import { checkArgument } from "../options/argument.ts";
import { callable, path as pathRule } from "../options/rules.ts";
import { attempt, makeDirectory, SYSTEM_CALLS, writeAll } from "../storage/disk/system-calls.ts";
import type { TraceSink } from "./trace.ts";

/** Lines are written once this many characters are waiting in memory. */
const BUFFERED_MAX = 64 * 1024;

/** This many bytes are read at once. */
const READ_BYTES = 1024 * 1024;

/**
 * A trace in a file. Lines collect in memory until there are many, or until `flush`, which is called at the end of a
 * turn: a thread that is killed then loses only one turn.
 *
 * When a trace cannot be written, it ends there, and `failure` says why: that is no reason for a node to end.
 */
export class TraceFile implements TraceSink {
  /** The path of the file. */
  readonly path: string;
  #fd: number | undefined;
  #failure: Error | undefined;
  #waiting = "";
  #written = 0;

  /** @param fd an empty file, open for writing. */
  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  /** Why nothing more is written; undefined if there was no failure. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  write(line: string): void {
    if (this.#fd === undefined) return;
    this.#waiting += `${line}\n`;
    if (this.#waiting.length >= BUFFERED_MAX) this.flush();
  }

  /** Writes all lines to the file. They are not synced. */
  flush(): void {
    if (this.#fd === undefined || this.#waiting === "") return;
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = "";
    try {
      writeAll(SYSTEM_CALLS, this.#fd, bytes, this.#written);
      this.#written += bytes.length;
    } catch (cause) {
      this.#failure = cause instanceof Error ? cause : new Error(String(cause));
      this.close();
    }
  }

  /** Flushes and closes the file. */
  close(): void {
    this.flush();
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/**
 * Starts a new file `<folder>/<node>-<number>.ndjson`, in a folder that is created if needed. The number is that of the
 * incarnation, or the next one after earlier runs, whose traces are kept.
 *
 * @throws DiskError when the file cannot be created.
 */
export function openTraceFile(folder: string, node: NodeId, incarnation: number): TraceFile {
  return attempt("start a trace in", folder, () => {
    makeDirectory(SYSTEM_CALLS, folder);
    for (let number = Math.max(incarnation, lastNumber(folder, node) + 1); ; number += 1) {
      const path = join(folder, `${node}-${number}.ndjson`);
      const fd = openNew(path);
      if (fd !== undefined) return new TraceFile(path, fd);
    }
  });
}

/**
 * The lines of a trace in a file. A last line that a crash cut off is left out.
 *
 * @param onCut called when a line was left out.
 * @throws DiskError
 */
export function readTraceFile(
  path: string,
  onCut: () => void = () => undefined,
): Generator<string> {
  checkArgument("readTraceFile", "path", pathRule("the path of a trace"), path);
  checkArgument("readTraceFile", "onCut", callable(""), onCut);
  return linesIn(path, onCut);
}

function* linesIn(path: string, onCut: () => void): Generator<string> {
  const fd = attempt("read the trace", path, () => openSync(path, "r"));
  try {
    const decoder = new StringDecoder("utf8");
    const bytes = Buffer.allocUnsafe(READ_BYTES);
    let rest = "";
    for (;;) {
      const count = attempt("read the trace", path, () => readSync(fd, bytes));
      if (count === 0) break;
      const lines = (rest + decoder.write(bytes.subarray(0, count))).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (isWhole(rest)) yield rest;
    else if (rest !== "") onCut();
  } finally {
    closeSync(fd);
  }
}

/** An editor may leave out the last line break; a crash leaves half an object. */
function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function openNew(path: string): number | undefined {
  try {
    return openSync(path, "wx");
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") return undefined;
    throw cause;
  }
}

function lastNumber(folder: string, node: NodeId): number {
  const numbers = readdirSync(folder).map((name) => {
    const [, of, number] = /^(.+)-(\d{1,15})\.ndjson$/.exec(name) ?? [];
    return of === node ? Number(number) : 0;
  });
  return Math.max(0, ...numbers);
}
