import type { Chance } from "../chance.ts";
import type { Kept } from "../scenario/fault.ts";
import type { SimFile } from "./sim-file.ts";

/** The folder of a disk: its names, and which of them survive a loss of power. */
export class SimNames {
  readonly #there = new Map<string, SimFile>();
  readonly #durable = new Map<string, SimFile>();
  /** Names that were added or removed since the last sync of the folder. */
  readonly #changed = new Set<string>();

  /** Sorted. */
  list(): string[] {
    return [...this.#there.keys()].sort();
  }

  /** All files, including those whose names a loss of power may bring back. */
  files(): ReadonlySet<SimFile> {
    return new Set([...this.#there.values(), ...this.#durable.values()]);
  }

  get(name: string): SimFile | undefined {
    return this.#there.get(name);
  }

  set(name: string, file: SimFile): void {
    this.#there.set(name, file);
    this.#changed.add(name);
  }

  delete(name: string): void {
    this.#there.delete(name);
    this.#changed.add(name);
  }

  sync(): void {
    for (const name of this.#changed) copy(name, this.#there, this.#durable);
    this.#changed.clear();
  }

  /** Each unsynced change survives or not, independently of the others: file systems promise no order. */
  losePower(kept: Kept, chance: Chance): void {
    for (const name of [...this.#changed].sort()) {
      const isKept = kept === "everything" || (kept !== "nothing" && chance.happens(1 / 2));
      if (isKept) copy(name, this.#there, this.#durable);
      else copy(name, this.#durable, this.#there);
    }
    this.#changed.clear();
  }
}

function copy(name: string, from: ReadonlyMap<string, SimFile>, to: Map<string, SimFile>): void {
  const file = from.get(name);
  if (file === undefined) to.delete(name);
  else to.set(name, file);
}
