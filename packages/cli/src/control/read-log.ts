import { KontikiError } from "@kontiki/actors";
import { watch } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { messageOf } from "../output/error-text.ts";
import type { LogRecord } from "./event-log.ts";

const CHUNK_BYTES = 64 * 1024;

/** How often a followed file is looked at where the system reports no changes. */
const LOOK_EVERY_MS = 1000;

/**
 * The lines of a log, oldest first, and then, until `ended` is aborted, those that are added.
 *
 * @throws KontikiError when it cannot be read
 */
export async function* readLog(path: string, ended: AbortSignal): AsyncGenerator<string> {
  const file = await opened(path);
  const change = new Change(path);
  let [at, rest] = [0, ""];
  try {
    for (;;) {
      // Asked before the read: what is written before the end is aborted is read.
      const isLast = ended.aborted;
      for (;;) {
        const { bytesRead, buffer } = await file.read({
          buffer: Buffer.alloc(CHUNK_BYTES),
          position: at,
        });
        if (bytesRead === 0) break;
        at += bytesRead;
        const lines = (rest + buffer.toString("latin1", 0, bytesRead)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) yield Buffer.from(line, "latin1").toString("utf8");
      }
      if (isLast) return;
      await change.next(ended);
    }
  } finally {
    change.close();
    await file.close();
  }
}

/** A line as a record; undefined for a line that is none, such as one that a full disk has cut. */
export function recordOf(line: string): LogRecord | undefined {
  try {
    const value = JSON.parse(line) as Partial<LogRecord> | null;
    const isRecord = typeof value?.msg === "string" && typeof value.time === "number";
    return isRecord ? (value as LogRecord) : undefined;
  } catch {
    return undefined;
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw new KontikiError(`cannot read the log: ${messageOf(error)}`, { cause: error });
  }
}

/** Tells when a file may have grown. */
class Change {
  readonly #watcher: ReturnType<typeof watch> | undefined;
  #hasChanged = false;
  #wake: () => void = () => undefined;

  constructor(path: string) {
    const onChange = (): void => {
      this.#hasChanged = true;
      this.#wake();
    };
    try {
      this.#watcher = watch(path, onChange).on("error", () => undefined);
    } catch {
      // No watches are left: the file is looked at from time to time.
    }
  }

  async next(ended: AbortSignal): Promise<void> {
    if (!this.#hasChanged && !ended.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          ended.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, LOOK_EVERY_MS);
        ended.addEventListener("abort", done);
        this.#wake = done;
      });
    }
    this.#hasChanged = false;
  }

  close(): void {
    this.#watcher?.close();
  }
}
