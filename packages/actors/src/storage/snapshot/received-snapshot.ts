import { sameMembership, sameSnapshot, type Snapshot } from "@kontiki/core";
import type { NewFile } from "../disk/disk.ts";
import { SnapshotFormatError, snapshotName } from "./snapshot-format.ts";
import { SnapshotScan } from "./snapshot-scan.ts";

/** A snapshot that another node sends, chunk by chunk. */
export class ReceivedSnapshot {
  /** The snapshot that the sender announced. */
  readonly snapshot: Snapshot;
  readonly #file: NewFile;
  readonly #scan = new SnapshotScan();
  #received = 0;

  constructor(file: NewFile, snapshot: Snapshot) {
    this.#file = file;
    this.snapshot = snapshot;
  }

  /** Bytes received so far. */
  get received(): number {
    return this.#received;
  }

  /** See {@link SnapshotStore.receive}. Nothing may be called after "whole" or "broken". */
  take(bytes: Uint8Array): "more" | "whole" | "broken" {
    const outcome = this.#check(bytes);
    if (outcome === "broken") {
      this.#file.abandon();
      return "broken";
    }
    this.#file.append(bytes);
    if (outcome === "whole") this.#file.publish(snapshotName(this.snapshot));
    return outcome;
  }

  abandon(): void {
    this.#file.abandon();
  }

  /** Checks each chunk at once, so that bytes that are bad from the start are not kept until the last chunk. */
  #check(bytes: Uint8Array): "more" | "whole" | "broken" {
    this.#received += bytes.length;
    try {
      this.#scan.feed(bytes);
      if (this.#received < this.snapshot.size) return "more";
      const found = this.#scan.finish();
      const isSame =
        sameSnapshot(found, this.snapshot) &&
        sameMembership(found.membership, this.snapshot.membership);
      return isSame ? "whole" : "broken";
    } catch (cause) {
      if (!(cause instanceof SnapshotFormatError)) throw cause;
      return "broken";
    }
  }
}
