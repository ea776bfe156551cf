import { Buffer, crc32 } from "#platform";
import type { Snapshot } from "@kontiki/core";
import { fileOf } from "./file-witness.ts";

/** How many contents are kept, and how many bytes: a cluster sends the newest few. The newest one is always kept. */
const KEPT = 32;
const KEPT_BYTES = 64 * 1024 * 1024;

/** The contents of the snapshot files of a cluster, each once. */
export class SnapshotContents {
  /** By name, size and checksum, the newest last. */
  readonly #contents = new Map<string, Uint8Array>();
  #bytes = 0;

  /** Keeps the content of a file. Returns the first one with the same name, size and checksum if that is the same. */
  keep(name: string, bytes: Uint8Array): Uint8Array {
    const key = keyOf(name, bytes.length, crc32(bytes));
    const known = this.#contents.get(key) ?? bytes;
    if (this.#contents.delete(key)) this.#bytes -= known.length;
    this.#contents.set(key, known);
    this.#bytes += known.length;
    this.#forget();
    return Buffer.compare(known, bytes) === 0 ? known : bytes;
  }

  /** The first file that any server had of this snapshot; undefined if it is not kept. */
  of(snapshot: Snapshot): Uint8Array | undefined {
    return this.#contents.get(keyOf(fileOf(snapshot), snapshot.size, snapshot.checksum));
  }

  #forget(): void {
    for (const [key, { length }] of this.#contents) {
      const isMany = this.#contents.size > KEPT || this.#bytes > KEPT_BYTES;
      if (!isMany || this.#contents.size === 1) return;
      this.#contents.delete(key);
      this.#bytes -= length;
    }
  }
}

function keyOf(name: string, size: number, checksum: number): string {
  return `${name} ${size} ${checksum}`;
}
