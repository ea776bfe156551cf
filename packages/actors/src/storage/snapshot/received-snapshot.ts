import { sameMembership, sameSnapshot, type Snapshot } from "@kontiki/core";
import type { NewFile } from "../disk/disk.ts";
import { SnapshotFormatError, snapshotName } from "./snapshot-format.ts";
import { SnapshotScan } from "./snapshot-scan.ts";

/** A snapshot that another node sends, part by part. */
export class ReceivedSnapshot {
  /** What the sender says that it is. */
  readonly snapshot: Snapshot;
  readonly #file: NewFile;
  readonly #scan = new SnapshotScan();
  #received = 0;

  constructor(file: NewFile, snapshot: Snapshot) {
    this.#file = file;
    this.snapshot = snapshot;
  }

  /** Bytes that came so far. */
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

  /** Nothing of what is broken from its first bytes on is kept until the last have come. */
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
