import { assert } from "@kontiki/core";
import { errorCode } from "../../errors.ts";
import type { DiskFile } from "./disk.ts";
import { attempt, writeAll, type SystemCalls } from "./system-calls.ts";

/** Written over and over to reserve space. */
const ZEROS = new Uint8Array(64 * 1024);

/**
 * A file that rejects all calls after the first failure. A failed fdatasync must never be retried on the same
 * descriptor: the kernel has dropped the error and treats the lost pages as clean.
 */
export class OpenFile implements DiskFile {
  readonly #path: string;
  readonly #calls: SystemCalls;
  readonly #fd: number;
  /** The length of the file, and where the next append goes: zeros that are reserved are between them. */
  #length: number;
  #end: number;
  #state: "usable" | "cut" | "failed" | "closed" = "usable";

  /** @param end where appending continues, if not at the end of the file. */
  constructor(path: string, calls: SystemCalls, end?: number) {
    this.#path = path;
    this.#calls = calls;
    // Not opened for appending ("a"): Linux would then write `rewrite`'s bytes at the end.
    this.#fd = attempt("open", path, () => calls.openSync(path, "r+"));
    try {
      this.#length = attempt("open", path, () => calls.fstatSync(this.#fd).size);
      this.#end = end ?? this.#length;
      assert(this.#end <= this.#length, "appending continues inside the file");
    } catch (cause) {
      this.close();
      throw cause;
    }
  }

  append(bytes: Uint8Array): void {
    assert(this.#state !== "cut", "a truncated file must be synced before it grows");
    this.#attempt("write to", () => writeAll(this.#calls, this.#fd, bytes, this.#end));
    this.#end += bytes.length;
    this.#length = Math.max(this.#length, this.#end);
  }

  reserve(length: number): void {
    assert(this.#state !== "cut", "a truncated file must be synced before it grows");
    this.#attempt("write to", () => {
      try {
        this.#writeZeros(length);
      } catch (cause) {
        // A full disk may still have room for what is appended.
        if (!isFull(errorCode(cause))) throw cause;
      }
    });
  }

  #writeZeros(length: number): void {
    while (this.#length < length) {
      const zeros = ZEROS.subarray(0, length - this.#length);
      writeAll(this.#calls, this.#fd, zeros, this.#length);
      this.#length += zeros.length;
    }
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
    this.#end = length;
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

function isFull(code: string | undefined): boolean {
  return code === "ENOSPC" || code === "EDQUOT";
}
