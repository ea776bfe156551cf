import { nameOf } from "../engine/loss.ts";
import { sameHardState, sameMembership, sameSnapshot, type Snapshot } from "@kontiki/core";
import { openStorage, type Disk, type Recovered } from "@kontiki/actors/node";
import type { DiskWitness } from "./disk-witness.ts";
import { fileOf } from "./file-witness.ts";
import { samePosition } from "./recovery-claims.ts";
import type { Report } from "./report.ts";
import { differsAt } from "./same-bytes.ts";

/**
 * Checks the files that a start leaves on a disk, as a loss of power at that moment would leave them: the bytes of snapshots
 * are those that were published, and the next start would recover the same as this one did.
 */
export class FileClaims {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  /** A node has recovered this, and these files are durable now. */
  started(disk: DiskWitness, recovered: Recovered, stored: Disk): void {
    const names = stored.list().filter((name) => name.endsWith(".snapshot"));
    for (const name of names) this.#compare(disk, name, stored, recovered.snapshot);
    this.#readAgain(disk, recovered, stored);
    disk.files.found(names);
  }

  #compare(disk: DiskWitness, name: string, stored: Disk, snapshot: Snapshot | undefined): void {
    const isTaken = snapshot !== undefined && fileOf(snapshot) === name;
    const contents = disk.files.contentsOf(name);
    if (contents === undefined || (disk.files.isDamaged(name) && !isTaken)) return;
    const bytes = stored.read(name);
    const places = contents.map((content) => differsAt(bytes, content));
    if (places.includes(undefined)) return;
    this.#says(
      isTaken
        ? `${disk.name} recovers ${name}, but from byte ${places[0]} on it is not the file that was published`
        : `${disk.name} has ${name}, but from byte ${places[0]} on it is not the file that was published`,
    );
  }

  #readAgain(disk: DiskWitness, recovered: Recovered, stored: Disk): void {
    const again = this.#recoveredAgain(disk, stored);
    const lacks = again && lackOf(recovered, again);
    if (lacks !== undefined)
      this.#says(`${disk.name} has recovered, but the next start would find ${lacks}`);
  }

  #recoveredAgain(disk: DiskWitness, stored: Disk): Recovered | undefined {
    try {
      const { storage, recovered } = openStorage(stored);
      storage.close();
      return recovered;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#says(`${disk.name} has recovered, but the next start would fail: ${why}`);
      return undefined;
    }
  }

  #says(text: string): void {
    this.#report({ check: "files", text });
  }
}

/** What a second recovery does not find of what the first one did; undefined if it finds all of it, and no damage. */
function lackOf(first: Recovered, second: Recovered): string | undefined {
  if (second.damage !== undefined) return `damage: ${second.damage}`;
  if (!sameHardState(first.hard, second.hard)) return "another term or vote";
  if (!samePosition(first.horizon, second.horizon)) return "another horizon";
  if (!isSame(first.snapshot, second.snapshot)) return "another snapshot";
  const last = first.entries.at(-1) ?? first.base;
  if (!samePosition(second.entries.at(-1) ?? second.base, last)) return "another end of the log";
  const names = new Set([...second.entries, ...salvagedEntries(second)].map(nameOf));
  const lost = [...first.entries, ...salvagedEntries(first)].find(
    (entry) => entry.index > second.base.index && !names.has(nameOf(entry)),
  );
  if (lost !== undefined) return `no entry ${lost.index} of term ${lost.term}`;
  const there = second.salvage?.snapshots ?? [];
  const gone = first.salvage?.snapshots.find((one) => !there.some((each) => isSame(one, each)));
  return gone && `no part of the snapshot up to ${gone.index}`;
}

function salvagedEntries({ salvage }: Recovered): Recovered["entries"] {
  return (salvage?.logs ?? []).flatMap(({ pieces }) => pieces.flat());
}

function isSame(one: Snapshot | undefined, other: Snapshot | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return sameSnapshot(one, other) && sameMembership(one.membership, other.membership);
}
