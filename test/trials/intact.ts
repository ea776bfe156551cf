/**
 * What is intact on the disks of a stopped cluster, found by comparing its files before and after damage. The formats are read
 * here a second time, so that a mistake of the program's own reader does not decide what it should have found.
 */
import type { Files } from "./damage.ts";

/** The entries of the true log of a node that are intact on its disk, and its snapshots. */
export type Intact = {
  /** The indexes of the entries. */
  readonly entries: ReadonlySet<number>;
  readonly snapshots: ReadonlyMap<string, PartsOf>;
};

/** A snapshot's file. */
export type PartsOf = {
  /** Its bytes as they were. */
  readonly bytes: Buffer;
  /** Whether each of its parts is intact. */
  readonly isIntact: readonly boolean[];
  /** Whether enough is intact to know what it is: the second outline at its end. */
  readonly isKnown: boolean;
};

/** Compares a node's files with those before the damage. */
export function intactOf(before: Files, after: Files): Intact {
  const entries = new Set<number>();
  const snapshots = new Map<string, PartsOf>();
  for (const name of Object.keys(before).sort()) {
    const bytes = Buffer.from(before[name] ?? []);
    const now = Buffer.from(after[name] ?? []);
    if (/^[0-9]+\.wal$/.test(name)) readSegment(bytes, now, entries);
    if (/^[0-9]+-[0-9]+\.snapshot$/.test(name)) snapshots.set(name, partsOf(bytes, now));
  }
  return { entries, snapshots };
}

const SEGMENT_HEADER_BYTES = 52;
const BATCH_HEADER_BYTES = 32;

/** Follows the log from batch to batch, so that entries that were replaced later do not count. */
function readSegment(bytes: Buffer, now: Buffer, entries: Set<number>): void {
  for (let at = SEGMENT_HEADER_BYTES; at + BATCH_HEADER_BYTES <= bytes.length;) {
    const end = at + BATCH_HEADER_BYTES + bytes.readUInt32LE(at + 8);
    const isIntact = now.subarray(at, end).equals(bytes.subarray(at, end));
    readBody(bytes.subarray(at + BATCH_HEADER_BYTES, end), isIntact, entries);
    at = end;
  }
}

const POSITION_BYTES = 16;
const STATE = 6;
const APPEND = 2;
const TRUNCATE = 3;
const COMPACT = 4;
const RESET = 5;

function readBody(body: Buffer, isIntact: boolean, entries: Set<number>): void {
  const reader = new Reader(body);
  while (reader.isMore) {
    const kind = reader.u8();
    if (kind === STATE) skipState(reader);
    else if (kind === APPEND) readEntries(reader, isIntact, entries);
    else if ([TRUNCATE, COMPACT, RESET].includes(kind)) {
      const position = reader.u64();
      reader.skip(8);
      const isGone = (index: number): boolean =>
        kind === RESET || (kind === TRUNCATE && index > position);
      for (const index of [...entries].filter(isGone)) entries.delete(index);
    } else throw new Error(`there is no record of kind ${kind}`);
  }
}

function skipState(reader: Reader): void {
  reader.skip(8);
  const vote = reader.u8();
  reader.skip(vote + POSITION_BYTES);
  const horizon = reader.u8();
  reader.skip((horizon === 0 ? 0 : POSITION_BYTES) + POSITION_BYTES + 8);
}

function readEntries(reader: Reader, isIntact: boolean, entries: Set<number>): void {
  const first = reader.u64();
  reader.skip(8);
  const count = reader.u32();
  for (let index = first; index < first + count; index += 1) {
    const hasBytes = reader.u8() > 0;
    if (hasBytes) reader.skip(reader.u32());
    if (isIntact) entries.add(index);
    else entries.delete(index);
  }
}

/** Little-endian numbers, one after the other. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isMore(): boolean {
    return this.#at < this.#bytes.length;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  u8(): number {
    this.#at += 1;
    return this.#bytes.readUInt8(this.#at - 1);
  }

  u32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  u64(): number {
    this.#at += 8;
    return Number(this.#bytes.readBigUInt64LE(this.#at - 8));
  }
}

const FRAME_BYTES = 8;
const END_MARK = 0xffff_ffff;

function partsOf(bytes: Buffer, now: Buffer): PartsOf {
  const isIntact: boolean[] = [];
  let at = 32 + bytes.readUInt32LE(12);
  while (bytes.readUInt32LE(at) !== END_MARK) {
    const end = at + FRAME_BYTES + bytes.readUInt32LE(at);
    const content = bytes.subarray(at + FRAME_BYTES, end);
    isIntact.push(now.subarray(at + FRAME_BYTES, end).equals(content));
    at = end;
  }
  const second = bytes.length - (bytes.length - at) / 2;
  const isSame = now.subarray(second).equals(bytes.subarray(second));
  return { bytes, isIntact, isKnown: now.length === bytes.length && isSame };
}

/**
 * The committed entries that are intact on no disk and that no snapshot covers which can be put together: none if all must be
 * served.
 *
 * @param last the last committed entry.
 */
export function lostOf(nodes: readonly Intact[], last: number): readonly number[] {
  const covered = Math.max(0, ...wholeSnapshots(nodes));
  const lost: number[] = [];
  for (let index = covered + 1; index <= last; index += 1)
    if (!nodes.some(({ entries }) => entries.has(index))) lost.push(index);
  return lost;
}

/** The last entries of the snapshots of which each part is intact on some disk. */
function wholeSnapshots(nodes: readonly Intact[]): readonly number[] {
  const names = new Set(nodes.flatMap(({ snapshots }) => [...snapshots.keys()]));
  return [...names]
    .filter((name) => {
      const all = nodes.flatMap(({ snapshots }) => snapshots.get(name) ?? []);
      return all.some((one) => isWhole(all.filter(({ bytes }) => one.bytes.equals(bytes))));
    })
    .map((name) => Number.parseInt(name, 10));
}

/** Whether copies of one file have all of it together. */
function isWhole(copies: readonly PartsOf[]): boolean {
  const parts = copies[0]?.isIntact.map((_, part) => part) ?? [];
  const isThere = (part: number): boolean => copies.some(({ isIntact }) => isIntact[part] === true);
  return copies.some(({ isKnown }) => isKnown) && parts.every(isThere);
}
