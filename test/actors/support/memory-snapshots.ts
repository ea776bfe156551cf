import { crc32 } from "node:zlib";
import {
  assert,
  sameSnapshot,
  type LogPosition,
  type Membership,
  type Snapshot,
} from "@kontiki/core";
import type {
  SnapshotStore,
  SnapshotWriter,
} from "../../../packages/actors/src/storage/snapshot-store.ts";

type Kept = { readonly snapshot: Snapshot; readonly bytes: Buffer };

/** Snapshots in memory, each a run of parts with their lengths before them. */
export class MemorySnapshots implements SnapshotStore {
  #kept: Kept[] = [];
  #receiving: Buffer[] = [];

  get newest(): Snapshot | undefined {
    return this.#kept.at(-1)?.snapshot;
  }

  begin({ index, term }: LogPosition, membership: Membership): SnapshotWriter {
    const parts: Buffer[] = [];
    return {
      write: (part) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(part.length);
        parts.push(length, Buffer.from(part));
      },
      finish: () => {
        const bytes = Buffer.concat(parts);
        const snapshot = { index, term, membership, size: bytes.length, checksum: crc32(bytes) };
        this.#kept.push({ snapshot, bytes });
        return snapshot;
      },
      abandon: () => {},
    };
  }

  read(wanted: Snapshot, offset: number, maxBytes: number): Uint8Array<ArrayBuffer> | undefined {
    const kept = this.#kept.find(({ snapshot }) => sameSnapshot(snapshot, wanted));
    return kept && new Uint8Array(kept.bytes.subarray(offset, offset + maxBytes));
  }

  readIntact(
    wanted: Snapshot,
    offset: number,
    maxBytes: number,
  ): Uint8Array<ArrayBuffer> | undefined {
    return this.read(wanted, offset, maxBytes);
  }

  receive(snapshot: Snapshot, offset: number, part: Uint8Array): "more" | "whole" | "broken" {
    if (offset === 0) this.#receiving = [];
    this.#receiving.push(Buffer.from(part));
    const bytes = Buffer.concat(this.#receiving);
    if (bytes.length < snapshot.size) return "more";
    if (crc32(bytes) !== snapshot.checksum) return "broken";
    this.#kept.push({ snapshot, bytes });
    return "whole";
  }

  *parts(wanted: Snapshot): Iterable<Uint8Array> {
    const kept = this.#kept.find(({ snapshot }) => sameSnapshot(snapshot, wanted));
    assert(kept !== undefined, "only a kept snapshot is read");
    for (let at = 0; at < kept.bytes.length;) {
      const end = at + 4 + kept.bytes.readUInt32LE(at);
      yield new Uint8Array(kept.bytes.subarray(at + 4, end));
      at = end;
    }
  }

  removeOld(): void {
    this.#kept = this.#kept.slice(-2);
  }
}
