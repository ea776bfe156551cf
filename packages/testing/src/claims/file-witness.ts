import { crc32 } from "#platform";
import type { Snapshot } from "@kontiki/core";

/** How many names of a disk are remembered between two starts: a node keeps the newest two snapshots. */
const REMEMBERED = 8;

type Version = {
  readonly bytes: Uint8Array;
  readonly checksum: number;
  readonly isDurable: boolean;
};

/**
 * Our own copy of the snapshot files of one disk, as they were when they got their names. The same name may have had several
 * contents, and a loss of power may bring back an earlier one.
 */
export class FileWitness {
  readonly #versions = new Map<string, readonly Version[]>();
  /** The last entries of snapshots of which a fault damaged a file. */
  readonly #damaged = new Set<number>();

  /** A file has got its name. */
  published(name: string, bytes: Uint8Array, isDurable: boolean): void {
    if (isDurable) this.#damaged.delete(indexOf(name));
    const before = this.#versions.get(name) ?? [];
    this.#versions.delete(name);
    this.#versions.set(name, [{ bytes, checksum: crc32(bytes), isDurable }, ...before]);
    const [oldest] = this.#versions.keys();
    if (this.#versions.size > REMEMBERED && oldest !== undefined) this.#versions.delete(oldest);
  }

  /** A fault has damaged a file of the snapshot up to `index`. */
  damaged(index: number): void {
    this.#damaged.add(index);
  }

  /** Whether a fault has damaged the file of this name. */
  isDamaged(name: string): boolean {
    return this.#damaged.has(indexOf(name));
  }

  /** All contents that a name had, newest first; undefined if that is not known. */
  contentsOf(name: string): readonly Uint8Array[] | undefined {
    return this.#versions.get(name)?.map(({ bytes }) => bytes);
  }

  /** The durable content of the file of a snapshot, if its size and checksum are those of the snapshot. */
  of(snapshot: Snapshot): Uint8Array | undefined {
    return this.#versions
      .get(fileOf(snapshot))
      ?.find(
        ({ bytes, checksum, isDurable }) =>
          isDurable && bytes.length === snapshot.size && checksum === snapshot.checksum,
      )?.bytes;
  }

  /** A start has found these files only. */
  found(names: readonly string[]): void {
    for (const name of this.#versions.keys())
      if (!names.includes(name)) this.#versions.delete(name);
  }
}

/** The name of the file of a snapshot. */
export function fileOf({ index, term }: Snapshot): string {
  return `${index}-${term}.snapshot`;
}

function indexOf(name: string): number {
  return Number.parseInt(name, 10);
}
