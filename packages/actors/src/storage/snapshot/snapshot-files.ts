import {
  assert,
  sameSnapshot,
  type LogPosition,
  type Membership,
  type Snapshot,
} from "@kontiki/core";
import type { Disk } from "../disk/disk.ts";
import { setAsideOn } from "../disk/set-aside.ts";
import { PartialSnapshot } from "./partial-snapshot.ts";
import { ReceivedSnapshot } from "./received-snapshot.ts";
import { positionOfName, snapshotName } from "./snapshot-format.ts";
import { partsOf, type FoundSnapshots } from "./snapshot-reader.ts";
import type { SnapshotStore, SnapshotWriter } from "../snapshot-store.ts";
import { WrittenSnapshot } from "./written-snapshot.ts";

/** The snapshots of a node, one file each. */
export class SnapshotFiles implements SnapshotStore {
  readonly #disk: Disk;
  /** All files; a value for each that is known to be intact. */
  readonly #files = new Map<string, Snapshot | undefined>();
  readonly #partial = new Map<string, PartialSnapshot>();
  #newest: Snapshot | undefined;
  #written: WrittenSnapshot | undefined;
  #received: ReceivedSnapshot | undefined;

  /** Continues with what was found; damaged files are set aside already. */
  constructor(disk: Disk, { newest, older }: FoundSnapshots) {
    this.#disk = disk;
    for (const name of older) this.#files.set(name, undefined);
    if (newest !== undefined) this.#keep(newest);
  }

  get newest(): Snapshot | undefined {
    return this.#newest;
  }

  begin(at: LogPosition, membership: Membership): SnapshotWriter {
    this.#written?.abandon();
    const header = { at: { index: at.index, term: at.term }, membership };
    const file = this.#disk.begin("written");
    this.#written = new WrittenSnapshot(file, header, (snapshot) => this.#keep(snapshot));
    return this.#written;
  }

  read(snapshot: Snapshot, offset: number, maxBytes: number): Uint8Array<ArrayBuffer> | undefined {
    if (!this.#keeps(snapshot)) return undefined;
    return this.#disk.readRange(snapshotName(snapshot), offset, maxBytes);
  }

  readIntact(
    snapshot: Snapshot,
    offset: number,
    maxBytes: number,
  ): Uint8Array<ArrayBuffer> | undefined {
    const name = snapshotName(snapshot);
    const aside = setAsideOn(this.#disk).filter(({ original }) => original === name);
    const names = [...(this.#keeps(snapshot) ? [name] : []), ...aside.map((file) => file.name)];
    for (const one of names) {
      const partial = this.#partialOf(one, snapshot);
      const bytes = partial?.read(offset, maxBytes);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }

  receive(snapshot: Snapshot, offset: number, bytes: Uint8Array): "more" | "whole" | "broken" {
    if (offset === 0) {
      this.#received?.abandon();
      this.#received = new ReceivedSnapshot(this.#disk.begin("received"), snapshot);
    }
    const received = this.#received;
    if (received === undefined) return "broken";
    const continues = sameSnapshot(received.snapshot, snapshot) && received.received === offset;
    if (!continues) received.abandon();
    const outcome = continues ? received.take(bytes) : "broken";
    if (outcome !== "more") this.#received = undefined;
    if (outcome === "whole") this.#keep(snapshot);
    return outcome;
  }

  parts(snapshot: Snapshot): Iterable<Uint8Array> {
    assert(this.#keeps(snapshot), "the snapshot is kept");
    return partsOf(this.#disk, snapshot);
  }

  removeOld(): void {
    const indexOf = (name: string): number => positionOfName(name)?.index ?? 0;
    const names = [...this.#files.keys()].sort((a, b) => indexOf(b) - indexOf(a));
    for (const name of names.slice(2)) {
      this.#disk.remove(name);
      this.#files.delete(name);
    }
  }

  /** A file if it is that of this snapshot. The last ones that were read are remembered. */
  #partialOf(name: string, snapshot: Snapshot): PartialSnapshot | undefined {
    const known = this.#partial.get(name);
    if (known !== undefined && sameSnapshot(known.snapshot, snapshot)) return known;
    const found = PartialSnapshot.findOf(this.#disk, name, snapshot);
    if (found !== undefined) this.#partial.set(name, found);
    return found;
  }

  #keeps(snapshot: Snapshot): boolean {
    const known = this.#files.get(snapshotName(snapshot));
    return known !== undefined && sameSnapshot(known, snapshot);
  }

  #keep(snapshot: Snapshot): void {
    this.#files.set(snapshotName(snapshot), snapshot);
    if (snapshot.index >= (this.#newest?.index ?? 0)) this.#newest = snapshot;
  }
}
