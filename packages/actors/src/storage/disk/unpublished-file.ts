import { errorCode } from "../../errors.ts";
import { join } from "node:path";
import { assert } from "@kontiki/core";
import type { NewFile } from "./disk.ts";
import { attempt, syncDirectory, writeAll, type SystemCalls } from "./system-calls.ts";

/**
 * A file that is written step by step under a temporary name. Like an open file it rejects all calls after the first
 * failure, because a failed sync must never be retried on the same descriptor.
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

  /** If the file cannot be removed now, `tidy` removes it later. */
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
    assert(this.#state === "usable", "a file is not used after it failed or is finished");
    this.#state = "failed";
    attempt(doing, path, call);
    this.#state = "usable";
  }
}
