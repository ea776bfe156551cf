import { Buffer } from "#platform";
import type { Entry, Index, PackedEntries, Term } from "@kontiki/core";
import type { CommandBytes } from "../storage.ts";

/** The size of the buffers that commands are copied into; a command of a quarter or more gets its own. */
const SLAB_BYTES = 64 * 1024;

/** How many entries there is room for at first. */
const ROOM_MIN = 64;

/** In place of a slab: the entry is not a command. */
const NO_SLAB = 0xffff_ffff;

/** A noop or a membership. */
type Other = Exclude<Entry<CommandBytes>, { readonly type: "command" }>;

/**
 * Adjacent entries of a log as a start reads them: copies of their commands, several to a buffer, and numbers.
 *
 * An entry and the view of its command are two objects of 160 bytes together, and those of a long log survive: collecting
 * garbage around them took a fifth of a start. So they are made when they are asked for.
 *
 * The segments that commands are read from are large, and a view keeps all of its buffer in memory. So commands are copied to
 * small ones: the few entries that are left after a compaction keep few bytes besides their own.
 */
export class EntrySlabs implements PackedEntries<CommandBytes> {
  /** The index of the first entry. */
  readonly #first: number;
  #length = 0;
  #slabs: Uint8Array[] = [];
  /** The slab that is being filled, if there is one, its number, and where it is free. */
  #slab: Uint8Array | undefined;
  #number = 0;
  #end = 0;
  /** For each entry: its term, the number of its slab, where its command begins there, and the bytes of all commands up to it. */
  #terms = new Float64Array(0);
  #slabOf = new Uint32Array(0);
  #begins = new Uint32Array(0);
  #bytesUpTo = new Float64Array(0);
  /** Entries without a command, by index: they are few. */
  readonly #others = new Map<number, Other>();

  /** @param first the index of the first entry. */
  constructor(first: Index) {
    this.#first = first;
  }

  get length(): number {
    return this.#length;
  }

  termAt(place: number): Term | undefined {
    return place < this.#length ? (this.#terms[place] as Term | undefined) : undefined;
  }

  entryAt(place: number): Entry<CommandBytes> {
    const index = (this.#first + place) as Index;
    const slab = this.#slabs[this.#slabOf[place] ?? NO_SLAB];
    if (slab === undefined) return this.#others.get(index) as Other;
    const length = this.bytesUpTo(place + 1) - this.bytesUpTo(place);
    const command = new Uint8Array(slab.buffer, this.#begins[place], length);
    return { type: "command", index, term: this.#terms[place] as Term, command };
  }

  bytesUpTo(count: number): number {
    return count === 0 ? 0 : (this.#bytesUpTo[count - 1] ?? 0);
  }

  memberships(): readonly Entry<CommandBytes>[] {
    return [...this.#others.values()].filter(({ type }) => type === "membership");
  }

  slice(from: number, to: number): EntrySlabs {
    const part = new EntrySlabs((this.#first + from) as Index);
    let last = NO_SLAB;
    for (let place = from; place < to; place += 1) {
      const number = this.#slabOf[place] ?? NO_SLAB;
      const slab = this.#slabs[number];
      if (slab === undefined) {
        part.addOther(this.entryAt(place) as Other);
        continue;
      }
      if (number !== last) part.#slabs.push(slab);
      last = number;
      const length = this.bytesUpTo(place + 1) - this.bytesUpTo(place);
      part.#add(this.#terms[place] ?? 0, part.#slabs.length - 1, this.#begins[place] ?? 0, length);
    }
    return part;
  }

  /** All of them as objects. */
  all(): Entry<CommandBytes>[] {
    return Array.from({ length: this.#length }, (_, place) => this.entryAt(place));
  }

  /**
   * Appends a copy of the command that is at `from` in `bytes`.
   *
   * @param most how many bytes of commands may follow from there on: no buffer is larger.
   */
  addCommand(
    term: Term,
    bytes: Uint8Array,
    from: number,
    length: number,
    most = bytes.length - from,
  ): void {
    const command = new Uint8Array(bytes.buffer, bytes.byteOffset + from, length);
    if (length >= SLAB_BYTES / 4) {
      const number = this.#slabs.push(new Uint8Array(command)) - 1;
      return this.#add(term, number, 0, length);
    }
    const at = this.#end;
    if (this.#slab === undefined || at + length > this.#slab.length) {
      this.#newSlab(Math.min(SLAB_BYTES, most)).set(command);
      this.#add(term, this.#number, 0, length);
      this.#end = length;
    } else {
      this.#slab.set(command, at);
      this.#add(term, this.#number, at, length);
      this.#end = at + length;
    }
  }

  /** Appends an entry without a command. */
  addOther(entry: Other): void {
    this.#others.set(entry.index, entry);
    this.#add(entry.term, NO_SLAB, 0, 0);
  }

  /** Removes all entries but the first `count`. */
  truncate(count: number): void {
    for (let place = count; place < this.#length; place += 1)
      if (this.#slabOf[place] === NO_SLAB) this.#others.delete(this.#first + place);
    this.#length = count;
  }

  #newSlab(size: number): Uint8Array {
    // Not filled with zeros: only what is written to it is ever seen.
    const slab = Buffer.allocUnsafeSlow(size);
    this.#number = this.#slabs.push(slab) - 1;
    this.#slab = slab;
    return slab;
  }

  #add(term: number, slab: number, begin: number, length: number): void {
    const place = this.#length;
    if (place === this.#terms.length) this.#grow();
    this.#terms[place] = term;
    this.#slabOf[place] = slab;
    this.#begins[place] = begin;
    this.#bytesUpTo[place] = this.bytesUpTo(place) + length;
    this.#length = place + 1;
  }

  #grow(): void {
    const room = Math.max(ROOM_MIN, 2 * this.#length);
    const grown = <T extends Float64Array | Uint32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#terms = grown(new Float64Array(room), this.#terms);
    this.#slabOf = grown(new Uint32Array(room), this.#slabOf);
    this.#begins = grown(new Uint32Array(room), this.#begins);
    this.#bytesUpTo = grown(new Float64Array(room), this.#bytesUpTo);
  }
}

/** Copies the commands of adjacent entries, the first of which has the index `first`. */
export function slabsOf(first: Index, entries: readonly Entry<CommandBytes>[]): EntrySlabs {
  const slabs = new EntrySlabs(first);
  let left = 0;
  for (const entry of entries) if (entry.type === "command") left += entry.command.length;
  for (const entry of entries) {
    if (entry.type !== "command") {
      slabs.addOther(entry);
      continue;
    }
    const { command, term } = entry;
    slabs.addCommand(term, command, 0, command.length, left);
    left -= command.length;
  }
  return slabs;
}
