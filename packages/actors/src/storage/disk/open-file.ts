import { assert } from "@kontiki/core";
import type { DiskFile } from "./disk.ts";
import { attempt, writeAll, type SystemCalls } from "./system-calls.ts";

/**
 * A file that rejects all calls after the first failure. A failed fdatasync must never be retried on the same
 * descriptor: the kernel has dropped the error and treats the lost pages as clean.
 */
export class OpenFile implements DiskFile {
  readonly #path: string;
  readonly #calls: SystemCalls;
  readonly #fd: number;
  #length: number;
  #state: "usable" | "cut" | "failed" | "closed" = "usable";

  constructor(path: string, calls: SystemCalls) {
    this.#path = path;
    this.#calls = calls;
    // Not opened for appending ("a"): Linux would then write `rewrite`'s bytes at the end.
    this.#fd = attempt("open", path, () => calls.openSync(path, "r+"));
    try {
      this.#length = attempt("open", path, () => calls.fstatSync(this.#fd).size);
    } catch (cause) {
      this.close();
      throw cause;
    }
  }

  append(bytes: Uint8Array): void {
    assert(this.#state !== "cut", "a truncated file must be synced before it grows");
    this.#attempt("write to", () => writeAll(this.#calls, this.#fd, bytes, this.#length));
    this.#length += bytes.length;
  }

  rewrite(offset: number, bytes: Uint8Array): void {
    assert(offset + bytes.length <= this.#length, "only existing bytes are written again");
    this.#attempt("write to", () => writeAll(this.#calls, this.#fd, bytes, offset));
  }

  overwrite(offset: number, bytes: Uint8Array): void {
    assert(offset + bytes.length <= this.#length, "only existing bytes are overwritten");
    this.#attempt("write to", () => writeAll(this.#calls, this.#fd, bytes, offset));
  }

  sync(): void {
    this.#attempt("sync", () => this.#calls.fdatasyncSync(this.#fd));
    this.#state = "usable";
  }

  truncate(length: number): void {
    assert(length <= this.#length, "truncating a file does not lengthen it");
    this.#attempt("cut", () => this.#calls.ftruncateSync(this.#fd, length));
    this.#length = length;
    this.#state = "cut";
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    attempt("close", this.#path, () => this.#calls.closeSync(this.#fd));
  }

  #attempt(doing: string, call: () => void): void {
    assert(this.#state !== "failed", "a file is not used after it failed");
    assert(this.#state !== "closed", "a closed file is not used");
    const before = this.#state;
    this.#state = "failed";
    attempt(doing, this.#path, call);
    this.#state = before;
  }
}
