import { Buffer } from "#platform";
import { assert } from "@kontiki/core";
import type { Chance } from "../chance.ts";
import type { Counters } from "../run/counters.ts";
import type { Kept } from "../scenario/fault.ts";
import { fates, SECTOR_BYTES, sectorsOf, type Unsynced } from "./unsynced.ts";

/** A new buffer costs more than the bytes in it. */
const LEAST_BYTES = 4096;
const GROWTH = 4;

/** Reserved space is compared with this, piece by piece. */
const ZEROS = new Uint8Array(64 * 1024);

/** The place of one write at the end of a file. */
export type Append = { readonly from: number; readonly to: number };

/** The bytes of one file, in the page cache and on the device. */
export class SimFile {
  #bytes = new Uint8Array(0);
  /** Where the next append goes. After it are zeros, up to the length of the file. */
  #end = 0;
  /** The length of the file for readers, and on the device. */
  #length = 0;
  #durableLength = 0;
  /** In the order of their places, without overlaps. */
  #unsynced: Unsynced[] = [];
  /** What was durable in sectors that were overwritten since the last sync, by their offsets. */
  readonly #overwritten = new Map<number, Uint8Array>();
  /** Where each append that still exists began; the one at 0 is a header. */
  #appends: number[] = [];
  /** Where the appends began of which durable bytes differ from those that were written. */
  readonly #hit = new Set<number>();

  /** Whether durable bytes differ from those that were written. */
  get damaged(): boolean {
    return this.#hit.size > 0;
  }

  get length(): number {
    return this.#length;
  }

  /** The end of what was appended: after it is reserved space. */
  get end(): number {
    return this.#end;
  }

  /** All bytes before this one were appended and are certainly on the device. */
  get synced(): number {
    return Math.min(this.#end, this.#durableLength, this.#unsynced[0]?.from ?? this.#end);
  }

  /** A copy of up to `length` bytes from `offset`. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(offset, Math.min(offset + length, this.#length));
  }

  append(bytes: Uint8Array): void {
    assert(this.#length >= this.#durableLength, "a file that was cut is synced before it grows");
    const from = this.#end;
    const to = from + bytes.length;
    this.#allocate(to);
    this.#bytes.set(bytes, from);
    this.#end = to;
    this.#length = Math.max(this.#length, to);
    if (to === from) return;
    this.#appends.push(from);
    this.#unsynced.push({ from, to, doubtful: false });
  }

  /** Adds zeros up to this length. A loss of power leaves zeros there as well, or a shorter file. */
  reserve(length: number): void {
    assert(this.#length >= this.#durableLength, "a file that was cut is synced before it grows");
    if (length <= this.#length) return;
    this.#allocate(length);
    this.#bytes.fill(0, this.#length, length);
    this.#length = length;
  }

  /** The next append goes here, over zeros. */
  continueAt(end: number): void {
    assert(
      end <= this.#length && areZeros(this.#bytes.subarray(end, this.#length)),
      "appending continues where only zeros follow",
    );
    this.#end = end;
    this.#keepAppends(end);
    this.#unsynced = this.#before(end);
  }

  /** Durable bytes stay durable: they are the same. */
  rewrite(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    const there = this.#bytes.subarray(offset, end);
    assert(
      end <= this.#length && Buffer.compare(there, bytes) === 0,
      "a rewrite must have the same bytes",
    );
    this.#unsynced = this.#unsynced.flatMap((range) => {
      const from = Math.max(offset, range.from);
      const to = Math.min(end, range.to);
      if (from >= to) return [range];
      const parts = [
        { ...range, to: from },
        { from, to, doubtful: false },
        { ...range, from: to },
      ];
      return parts.filter((part) => part.from < part.to);
    });
  }

  /** Until the next sync a loss of power may bring back what was there, sector by sector. */
  overwrite(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    assert(end <= this.#length, "only existing bytes are overwritten");
    for (const { from, to } of sectorsOf(offset, end)) {
      const start = Math.floor(from / SECTOR_BYTES) * SECTOR_BYTES;
      if (this.#overwritten.has(start)) continue;
      this.#overwritten.set(start, this.#bytes.slice(start, Math.max(to, start + SECTOR_BYTES)));
    }
    this.#bytes.set(bytes, offset);
  }

  /** The kernel writes what was overwritten to the device, although nothing asked for it. */
  writeBack(): void {
    this.#overwritten.clear();
  }

  truncate(length: number): void {
    assert(length <= this.#length, "cutting a file does not lengthen it");
    this.#length = length;
    this.#end = length;
    this.#keepAppends(length);
    this.#unsynced = this.#before(length);
  }

  sync(): void {
    this.#overwritten.clear();
    this.#unsynced = this.#unsynced.filter(({ doubtful }) => doubtful);
    this.#durableLength = this.#length;
  }

  /** The device may have written any part of it, and nothing can find out which. */
  failSync(): void {
    this.#unsynced = this.#unsynced.map((range) => ({ ...range, doubtful: true }));
  }

  /** Keeps what is on the device, and of the uncertain bytes what `kept` leaves. */
  losePower(kept: Kept, chance: Chance, counters: Counters): void {
    const before = this.#length;
    const cut = this.#durableLength > before && !this.#survives(kept, chance);
    const last = this.#unsynced.at(-1);
    const sure = cut ? this.#durableLength : Math.min(before, this.#durableLength);
    let end = kept === "everything" ? before : sure;
    let left = this.#unsynced[0]?.from ?? this.#end;
    let lost = 0;
    for (const range of this.#unsynced) {
      for (const { from, to, isKept } of fates(range, range === last, kept, chance)) {
        if (isKept) left = to;
        else this.#bytes.fill(0, from, to);
        if (!isKept) lost += to - from;
      }
    }
    end = Math.max(end, left);
    // A file may have its new length without its bytes, which then read as zeros.
    if (kept === "some" && end < before && chance.happens(1 / 4)) end = chance.between(end, before);
    counters.count("disk.bytesLost", lost);
    const isTorn = lost > 0 && (end > sure || left > (this.#unsynced[0]?.from ?? left));
    if (isTorn) counters.count("disk.torn");
    this.#length = end;
    this.#end = cut ? end : left;
    this.#durableLength = end;
    this.#unsynced = [];
    this.#keepAppends(this.#end);
  }

  /** Each sector that was overwritten and not synced is as it was before, or as it is now. */
  loseOverwrites(kept: Kept, chance: Chance): void {
    for (const [start, before] of this.#overwritten) {
      const isKept = kept === "everything" || (kept !== "nothing" && chance.happens(1 / 2));
      if (!isKept) this.#bytes.set(before, start);
    }
    this.#overwritten.clear();
  }

  /** The last fully durable append after the header; undefined when there is none. */
  lastSyncedAppend(): Append | undefined {
    const { synced } = this;
    for (let place = this.#appends.length - 1; place >= 0; place -= 1) {
      const append = this.#appendAt(place);
      if (append.to <= synced) return append.from === 0 ? undefined : append;
    }
    return undefined;
  }

  /** The appends that wrote these bytes, if all of them are intact; undefined otherwise. */
  intactAppends(from: number, to: number): readonly Append[] | undefined {
    const all = this.#appendsIn(from, to);
    return all.some((append) => this.#hit.has(append.from)) ? undefined : all;
  }

  /** What a loss of power leaves of these durable bytes at least: nothing that was overwritten since the last sync. */
  readDevice(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.slice(0, this.#length);
    for (const [start, before] of this.#overwritten) bytes.set(before, start);
    return bytes.slice(offset, offset + length);
  }

  /** What a loss of power leaves of the file at least. */
  device(): Uint8Array<ArrayBuffer> {
    const isCut = this.#durableLength > this.#length;
    const end = isCut ? this.#durableLength : Math.min(this.#length, this.#durableLength);
    const bytes = this.#bytes.slice(0, end);
    for (const { from, to } of this.#unsynced) bytes.fill(0, from, to);
    for (const [start, before] of this.#overwritten)
      bytes.set(before.subarray(0, Math.max(0, end - start)), start);
    return bytes;
  }

  /** Changes one bit, 0 to 7, of a durable byte. */
  flip(at: number, bit: number): void {
    this.#damage(at, at + 1);
    this.#bytes[at] = (this.#bytes[at] ?? 0) ^ (1 << bit);
  }

  /** Replaces durable bytes by zeros. */
  blank(from: number, to: number): void {
    this.#damage(from, to);
    this.#bytes.fill(0, from, to);
  }

  /** Moves bytes over those of an earlier place, and leaves zeros at their own place. */
  misplace(from: number, to: number, at: number): void {
    assert(at + to - from <= from, "a write lands before its place");
    this.#damage(from, to);
    this.#damage(at, at + to - from);
    this.#bytes.copyWithin(at, from, to);
    this.#bytes.fill(0, from, to);
  }

  #damage(from: number, to: number): void {
    assert(to <= this.synced, "bytes that are damaged are durable");
    for (const append of this.#appendsIn(from, to)) this.#hit.add(append.from);
  }

  #appendsIn(from: number, to: number): readonly Append[] {
    return this.#appends
      .map((_from, place) => this.#appendAt(place))
      .filter((append) => append.from < to && append.to > from);
  }

  #appendAt(place: number): Append {
    return { from: this.#appends[place] ?? 0, to: this.#appends[place + 1] ?? this.#end };
  }

  #keepAppends(length: number): void {
    this.#appends = this.#appends.filter((at) => at < length);
    for (const at of this.#hit) if (at >= length) this.#hit.delete(at);
  }

  #survives(kept: Kept, chance: Chance): boolean {
    if (kept === "nothing" || kept === "everything") return kept === "everything";
    return chance.happens(1 / 2);
  }

  /** The unsynced writes before a byte. */
  #before(end: number): Unsynced[] {
    const left = this.#unsynced.map((range) => ({ ...range, to: Math.min(range.to, end) }));
    return left.filter(({ from, to }) => from < to);
  }

  #allocate(length: number): void {
    if (length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(LEAST_BYTES, length, GROWTH * this.#length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function areZeros(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length);
    if (Buffer.compare(part, ZEROS.subarray(0, part.length)) !== 0) return false;
  }
  return true;
}
