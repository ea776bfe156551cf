import type { Disk, DiskFile, NewFile, ReadableDisk } from "./disk.ts";

/**
 * A read-only view of a disk: writes are accepted and dropped. So a log can be opened for inspection, including the
 * repairs that opening makes, while its files stay as they are. Only new names of files are remembered, so that a file that
 * was set aside can be read under its new name.
 */
export class UnchangedDisk implements Disk {
  readonly #disk: ReadableDisk;
  /** The real names of files that were renamed. */
  readonly #renamed = new Map<string, string>();

  /** A view of `disk`. Reads nothing yet. */
  constructor(disk: ReadableDisk) {
    this.#disk = disk;
  }

  list(): string[] {
    const real = [...this.#renamed.values()];
    const names = this.#disk.list().filter((name) => !real.includes(name));
    return [...names, ...this.#renamed.keys()].sort();
  }

  read(name: string, spare?: Uint8Array): Uint8Array {
    return this.#disk.read(this.#realName(name), spare);
  }

  readRange(name: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#disk.readRange(this.#realName(name), offset, length);
  }

  pathOf(name: string): string {
    return this.#disk.pathOf(name);
  }

  create(): void {}

  begin(): NewFile {
    return { append() {}, publish() {}, abandon() {} };
  }

  open(): DiskFile {
    return {
      append() {},
      reserve() {},
      rewrite() {},
      overwrite() {},
      sync() {},
      truncate() {},
      close() {},
    };
  }

  remove(): void {}

  rename(name: string, to: string): void {
    const real = this.#realName(name);
    this.#renamed.delete(name);
    this.#renamed.set(to, real);
  }

  tidy(): void {}

  #realName(name: string): string {
    return this.#renamed.get(name) ?? name;
  }
}
