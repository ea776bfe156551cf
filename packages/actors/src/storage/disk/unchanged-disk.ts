import type { Disk, DiskFile, NewFile } from "./disk.ts";

/**
 * A read-only view of a disk: writes are accepted and dropped. So a log can be opened for inspection, including the
 * repairs that opening makes, while its files stay as they are.
 */
export class UnchangedDisk implements Disk {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  list(): string[] {
    return this.#disk.list();
  }

  read(name: string): Uint8Array {
    return this.#disk.read(name);
  }

  readRange(name: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#disk.readRange(name, offset, length);
  }

  pathOf(name: string): string {
    return this.#disk.pathOf(name);
  }

  create(): void {}

  begin(): NewFile {
    return { append() {}, publish() {}, abandon() {} };
  }

  open(): DiskFile {
    return { append() {}, rewrite() {}, overwrite() {}, sync() {}, truncate() {}, close() {} };
  }

  remove(): void {}

  rename(): void {}

  tidy(): void {}
}
