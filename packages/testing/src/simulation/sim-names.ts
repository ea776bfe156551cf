import type { Chance } from "../chance.ts";
import type { Kept } from "../scenario/fault.ts";
import type { SimFile } from "./sim-file.ts";

/** The folder of a disk: its names, and which of them survive a loss of power. */
export class SimNames {
  readonly #there = new Map<string, SimFile>();
  readonly #durable = new Map<string, SimFile>();
  /** Names that were added or removed since the last sync of the folder. */
  readonly #changed = new Set<string>();
  /** The old and the new name of each file that was renamed since then. */
  readonly #renamed = new Map<string, string>();

  /** Sorted. */
  list(): string[] {
    return [...this.#there.keys()].sort();
  }

  /** All files and their names, including names that a loss of power may bring back. */
  all(): readonly (readonly [name: string, file: SimFile])[] {
    return [...this.#there, ...this.#durable];
  }

  /** The files and names that survive any loss of power, by name. */
  get durable(): ReadonlyMap<string, SimFile> {
    return this.#durable;
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

  rename(name: string, to: string): void {
    const file = this.#there.get(name);
    if (file === undefined) return;
    this.set(to, file);
    this.delete(name);
    this.#renamed.set(name, to);
  }

  sync(): void {
    for (const name of this.#changed) copy(name, this.#there, this.#durable);
    this.#forgetChanges();
  }

  /**
   * Each unsynced change survives or not, independently of the others: file systems promise no order. Only the two names of
   * a file that was renamed change together.
   */
  losePower(kept: Kept, chance: Chance): void {
    for (const name of [...this.#changed].sort()) {
      if (this.#renamed.has(name)) continue;
      const isKept = kept === "everything" || (kept !== "nothing" && chance.happens(1 / 2));
      const old = [...this.#renamed].filter(([, to]) => to === name).map(([from]) => from);
      for (const one of [name, ...old]) {
        if (isKept) copy(one, this.#there, this.#durable);
        else copy(one, this.#durable, this.#there);
      }
    }
    this.#forgetChanges();
  }

  #forgetChanges(): void {
    this.#changed.clear();
    this.#renamed.clear();
  }
}

function copy(name: string, from: ReadonlyMap<string, SimFile>, to: Map<string, SimFile>): void {
  const file = from.get(name);
  if (file === undefined) to.delete(name);
  else to.set(name, file);
}
