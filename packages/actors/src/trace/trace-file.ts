import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { NodeId } from "@kontiki/core";
import {
  attempt,
  errorCode,
  makeDirectory,
  SYSTEM_CALLS,
  writeAll,
} from "../storage/disk/system-calls.ts";
import type { TraceSink } from "./trace.ts";

/** So many characters of lines wait in memory before they are written. */
const BUFFERED_MAX = 64 * 1024;

/** So many bytes are read at once. */
const READ_BYTES = 1024 * 1024;

/**
 * A trace in a file. Lines gather in memory until there are many, or until `flush`, which belongs at the end of a turn:
 * then a thread that is killed loses what it did in one turn.
 *
 * A trace that cannot be written is cut short there, and `failure` says why: it is no reason for a node to end.
 */
export class TraceFile implements TraceSink {
  /** Where it is. */
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

  /** Why nothing more is written; undefined while all is well. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  write(line: string): void {
    if (this.#fd === undefined) return;
    this.#waiting += `${line}\n`;
    if (this.#waiting.length >= BUFFERED_MAX) this.flush();
  }

  /** Hands all lines to the operating system. They are not made durable. */
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

  /** Flushes and lets the file go. */
  close(): void {
    this.flush();
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/**
 * Begins a new file `<folder>/<node>-<number>.ndjson`, in a folder that is made if it lacks. The number is that of the
 * incarnation, or the next behind those of earlier runs, whose traces stay.
 *
 * @throws DiskError when there can be no such file.
 */
export function openTraceFile(folder: string, node: NodeId, incarnation: number): TraceFile {
  return attempt("begin a trace in", folder, () => {
    makeDirectory(SYSTEM_CALLS, folder);
    for (let number = Math.max(incarnation, lastNumber(folder, node) + 1); ; number += 1) {
      const path = join(folder, `${node}-${number}.ndjson`);
      const fd = openNew(path);
      if (fd !== undefined) return new TraceFile(path, fd);
    }
  });
}

/**
 * The lines of a trace in a file. What a crash left of the last one is left out.
 *
 * @param onCut told when something was.
 * @throws DiskError
 */
export function* readTraceFile(
  path: string,
  onCut: () => void = () => undefined,
): Generator<string> {
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
