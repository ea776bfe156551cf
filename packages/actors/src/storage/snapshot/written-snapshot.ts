import { assert, type Snapshot } from "@kontiki/core";
import { crc32Of } from "./checksum.ts";
import type { NewFile } from "../disk/disk.ts";
import {
  encodeEnd,
  encodeFrame,
  encodeHeader,
  MAX_PART_BYTES,
  snapshotName,
  type Frame,
  type SnapshotHeader,
} from "./snapshot-format.ts";
import type { SnapshotWriter } from "../snapshot-store.ts";

/** A snapshot of this node's own state, written part by part. */
export class WrittenSnapshot implements SnapshotWriter {
  readonly #file: NewFile;
  readonly #header: SnapshotHeader;
  readonly #parts: Frame[] = [];
  readonly #onFinish: (snapshot: Snapshot) => void;
  #size = 0;
  #checksum = 0;
  #isOver = false;

  constructor(file: NewFile, header: SnapshotHeader, onFinish: (snapshot: Snapshot) => void) {
    this.#file = file;
    this.#header = header;
    this.#onFinish = onFinish;
    this.#append(encodeHeader(header));
  }

  write(part: Uint8Array): void {
    assert(part.length <= MAX_PART_BYTES, "a part is not larger than its bound");
    const frame = { length: part.length, crc: crc32Of(part, 0) };
    this.#parts.push(frame);
    this.#append(encodeFrame(frame));
    this.#append(part);
  }

  finish(): Snapshot {
    const header = encodeHeader(this.#header);
    this.#append(encodeEnd({ header, parts: this.#parts, checksum: this.#checksum }));
    const { at, membership } = this.#header;
    this.#file.publish(snapshotName(at));
    this.#isOver = true;
    const snapshot = { ...at, membership, size: this.#size, checksum: this.#checksum };
    this.#onFinish(snapshot);
    return snapshot;
  }

  abandon(): void {
    this.#isOver = true;
    this.#file.abandon();
  }

  #append(bytes: Uint8Array): void {
    assert(!this.#isOver, "a finished or deleted snapshot is not written to");
    this.#file.append(bytes);
    this.#size += bytes.length;
    this.#checksum = crc32Of(bytes, this.#checksum);
  }
}
