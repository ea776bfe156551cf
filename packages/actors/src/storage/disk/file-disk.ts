import { join } from "node:path";
import { assert } from "@kontiki/core";
import { checkArgument } from "../../options/argument.ts";
import { folder } from "../../options/rules.ts";
import type { Disk, DiskFile, NewFile } from "./disk.ts";
import { OpenFile } from "./open-file.ts";
import {
  attempt,
  filled,
  readAll,
  syncDirectory,
  SYSTEM_CALLS,
  writeAll,
  type SystemCalls,
} from "./system-calls.ts";
import { UnpublishedFile } from "./unpublished-file.ts";

const UNFINISHED = ".tmp";

/**
 * A disk in a directory of the file system. The directory must exist.
 *
 * Files are created with mode 0666 less the umask. When the operating system refuses a call, the call throws a
 * `DiskError` whose message is one line that names the path and says what to do.
 */
export class FileDisk implements Disk {
  readonly #directory: string;
  readonly #calls: SystemCalls;
  /** Unfinished files by temporary name. */
  readonly #begun = new Map<string, UnpublishedFile>();

  /** A disk in `directory`. Reads and creates nothing yet. Tests pass their own `calls`. */
  constructor(directory: string, calls: SystemCalls = SYSTEM_CALLS) {
    checkArgument("FileDisk", "directory", folder, directory);
    this.#directory = directory;
    this.#calls = calls;
  }

  list(): string[] {
    return this.#names()
      .filter((name) => !name.endsWith(UNFINISHED))
      .sort();
  }

  read(name: string, spare?: Uint8Array): Uint8Array {
    const path = this.pathOf(name);
    return attempt("read", path, () => {
      if (spare === undefined) return this.#calls.readFileSync(path);
      const fd = this.#calls.openSync(path, "r");
      try {
        const { size } = this.#calls.fstatSync(fd);
        const room = size > spare.length ? new Uint8Array(size) : spare.subarray(0, size);
        return filled(this.#calls, fd, 0, room);
      } finally {
        this.#calls.closeSync(fd);
      }
    });
  }

  readRange(name: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
    const path = this.pathOf(name);
    return attempt("read", path, () => {
      const fd = this.#calls.openSync(path, "r");
      try {
        return readAll(this.#calls, fd, offset, length);
      } finally {
        this.#calls.closeSync(fd);
      }
    });
  }

  create(name: string, content: Uint8Array): void {
    assert(!name.endsWith(UNFINISHED), () => `${UNFINISHED} is reserved for unfinished files`);
    const path = this.pathOf(name);
    attempt("create", path, () => {
      this.#writeSynced(path + UNFINISHED, content);
      this.#calls.renameSync(path + UNFINISHED, path);
      syncDirectory(this.#calls, this.#directory);
    });
  }

  begin(temporary: string): NewFile {
    this.#begun.get(temporary)?.abandon();
    const name = temporary + UNFINISHED;
    const file = new UnpublishedFile(this.#directory, name, this.#calls);
    this.#begun.set(temporary, file);
    return file;
  }

  open(name: string, end?: number): DiskFile {
    return new OpenFile(this.pathOf(name), this.#calls, end);
  }

  remove(name: string): void {
    const path = this.pathOf(name);
    attempt("remove", path, () => {
      this.#calls.unlinkSync(path);
      syncDirectory(this.#calls, this.#directory);
    });
  }

  rename(name: string, to: string): void {
    const path = this.pathOf(name);
    attempt("rename", path, () => {
      this.#calls.renameSync(path, this.pathOf(to));
      syncDirectory(this.#calls, this.#directory);
    });
  }

  tidy(): void {
    for (const file of this.#begun.values()) file.abandon();
    this.#begun.clear();
    for (const name of this.#names().filter((one) => one.endsWith(UNFINISHED)))
      attempt("remove", this.pathOf(name), () => this.#calls.unlinkSync(this.pathOf(name)));
    attempt("sync", this.#directory, () => syncDirectory(this.#calls, this.#directory));
  }

  pathOf(name: string): string {
    return join(this.#directory, name);
  }

  #names(): string[] {
    const found = attempt("list", this.#directory, () =>
      this.#calls.readdirSync(this.#directory, { withFileTypes: true }),
    );
    return found.filter((file) => file.isFile()).map((file) => file.name);
  }

  /** Overwrites what a crash left of an earlier file of that name. */
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
