import { join } from "node:path";
import { assert } from "@kontiki/core";
import type { Disk, DiskFile } from "./disk.ts";
import {
  attempt,
  syncDirectory,
  SYSTEM_CALLS,
  writeAll,
  type SystemCalls,
} from "./system-calls.ts";

const UNFINISHED = ".tmp";

/**
 * A disk in a directory of the file system. The directory must exist.
 *
 * Files are made with mode 0666 less the umask. Every refusal of the operating system is a
 * `DiskError` of one line that names the path and says what to do.
 */
export class FileDisk implements Disk {
  readonly #directory: string;
  readonly #calls: SystemCalls;

  /** A disk in `directory`. Nothing is read or made yet; a test passes `calls` of its own. */
  constructor(directory: string, calls: SystemCalls = SYSTEM_CALLS) {
    this.#directory = directory;
    this.#calls = calls;
  }

  list(): string[] {
    const found = attempt("list", this.#directory, () =>
      this.#calls.readdirSync(this.#directory, { withFileTypes: true }),
    );
    return found
      .filter((file) => file.isFile() && !file.name.endsWith(UNFINISHED))
      .map((file) => file.name)
      .sort();
  }

  read(name: string): Uint8Array {
    const path = this.pathOf(name);
    return attempt("read", path, () => this.#calls.readFileSync(path));
  }

  create(name: string, content: Uint8Array): void {
    assert(!name.endsWith(UNFINISHED), `${UNFINISHED} marks files that are not finished`);
    const path = this.pathOf(name);
    attempt("create", path, () => {
      this.#writeSynced(path + UNFINISHED, content);
      this.#calls.renameSync(path + UNFINISHED, path);
      syncDirectory(this.#calls, this.#directory);
    });
  }

  open(name: string): DiskFile {
    return new OpenFile(this.pathOf(name), this.#calls);
  }

  remove(name: string): void {
    const path = this.pathOf(name);
    attempt("remove", path, () => {
      this.#calls.unlinkSync(path);
      syncDirectory(this.#calls, this.#directory);
    });
  }

  pathOf(name: string): string {
    return join(this.#directory, name);
  }

  /** What a crash leaves of it is overwritten by the next file of that name. */
  #writeSynced(path: string, content: Uint8Array): void {
    const fd = this.#calls.openSync(path, "w");
    try {
      writeAll(this.#calls, fd, content, 0);
      this.#calls.fsyncSync(fd);
    } finally {
      this.#calls.closeSync(fd);
    }
  }
}

/**
 * A file that refuses everything after the first failure. A failed fdatasync must never be tried
 * again on the same descriptor: the kernel has dropped the error and calls the lost pages clean.
 */
class OpenFile implements DiskFile {
  readonly #path: string;
  readonly #calls: SystemCalls;
  readonly #fd: number;
  #length: number;
  #state: "usable" | "cut" | "failed" | "closed" = "usable";

  constructor(path: string, calls: SystemCalls) {
    this.#path = path;
    this.#calls = calls;
    // Not for appending ("a"): Linux would then put what is written again at the end.
    this.#fd = attempt("open", path, () => calls.openSync(path, "r+"));
    this.#length = attempt("open", path, () => calls.fstatSync(this.#fd).size);
  }

  append(bytes: Uint8Array): void {
    assert(this.#state !== "cut", "a file that was cut is synced before it grows");
    this.#attempt("write to", () => writeAll(this.#calls, this.#fd, bytes, this.#length));
    this.#length += bytes.length;
  }

  rewrite(offset: number, bytes: Uint8Array): void {
    assert(offset + bytes.length <= this.#length, "only what the file holds is written again");
    this.#attempt("write to", () => writeAll(this.#calls, this.#fd, bytes, offset));
  }

  sync(): void {
    this.#attempt("sync", () => this.#calls.fdatasyncSync(this.#fd));
    this.#state = "usable";
  }

  truncate(length: number): void {
    assert(length <= this.#length, "cutting a file does not lengthen it");
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
    assert(this.#state !== "failed", "a file that failed is not used again");
    assert(this.#state !== "closed", "a closed file is not used");
    const before = this.#state;
    this.#state = "failed";
    attempt(doing, this.#path, call);
    this.#state = before;
  }
}
