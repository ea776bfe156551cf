import type { ReadableDisk } from "@kontiki/actors/node";
import type { SimFile } from "./sim-file.ts";

/** What is durable on a simulated disk, without delays and faults. It is for reading. */
export class Device implements ReadableDisk {
  readonly #files: ReadonlyMap<string, SimFile>;
  readonly #read = new Map<string, Uint8Array<ArrayBuffer>>();

  constructor(files: ReadonlyMap<string, SimFile>) {
    this.#files = files;
  }

  list(): string[] {
    return [...this.#files.keys()].sort();
  }

  read(name: string): Uint8Array {
    return this.#bytes(name).slice();
  }

  readRange(name: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#bytes(name).slice(offset, offset + length);
  }

  pathOf(name: string): string {
    return `simulated:${name}`;
  }

  #bytes(name: string): Uint8Array<ArrayBuffer> {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const bytes = this.#files.get(name)?.device() ?? new Uint8Array();
    this.#read.set(name, bytes);
    return bytes;
  }
}
