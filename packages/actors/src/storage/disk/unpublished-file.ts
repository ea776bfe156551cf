import { join } from "node:path";
import { assert } from "@kontiki/core";
import type { NewFile } from "./disk.ts";
import { attempt, errorCode, syncDirectory, writeAll, type SystemCalls } from "./system-calls.ts";

/**
 * A file that is written under a temporary name, step by step. As an open file it refuses everything after the first
 * failure, because a sync that failed must never be tried again on the same descriptor.
 */
export class UnpublishedFile implements NewFile {
  readonly #directory: string;
  readonly #path: string;
  readonly #calls: SystemCalls;
  readonly #fd: number;
  #length = 0;
  #isOpen = true;
  #state: "usable" | "failed" | "over" = "usable";

  constructor(directory: string, name: string, calls: SystemCalls) {
    this.#directory = directory;
    this.#path = join(directory, name);
    this.#calls = calls;
    this.#fd = attempt("create", this.#path, () => calls.openSync(this.#path, "w"));
  }

  append(bytes: Uint8Array): void {
    this.#attempt("write to", this.#path, () =>
      writeAll(this.#calls, this.#fd, bytes, this.#length),
    );
    this.#length += bytes.length;
  }

  publish(name: string): void {
    const path = join(this.#directory, name);
    this.#attempt("create", path, () => {
      this.#calls.fsyncSync(this.#fd);
      this.#close();
      this.#calls.renameSync(this.#path, path);
      syncDirectory(this.#calls, this.#directory);
    });
    this.#state = "over";
  }

  /** What it cannot remove is removed when the disk is tidied. */
  abandon(): void {
    if (this.#state === "over") return;
    this.#state = "over";
    try {
      this.#close();
      this.#calls.unlinkSync(this.#path);
    } catch (cause) {
      if (errorCode(cause) === undefined) throw cause;
    }
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#calls.closeSync(this.#fd);
  }

  #attempt(doing: string, path: string, call: () => void): void {
    assert(this.#state === "usable", "a file that failed or is finished is not used again");
    this.#state = "failed";
    attempt(doing, path, call);
    this.#state = "usable";
  }
}
