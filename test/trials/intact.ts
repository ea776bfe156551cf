/**
 * What is intact on the disks of a stopped cluster, computed from the files before and after damage: whatever is the same
 * as before is intact. Nothing of recovery is used but the formats.
 */
import { decodeBatch, isSegmentName, SEGMENT_HEADER_BYTES, segmentNumber } from "../../packages/actors/src/storage/wal/wal-format.ts";
import { RecordCursor } from "../../packages/actors/src/storage/wal/record-cursor.ts";
import { decodeState, decodeWrites } from "../../packages/actors/src/storage/wal/wal-records.ts";
import type { Files } from "./damage.ts";

/** The entries of the true log of a node that are intact on its disk, and the parts of its snapshots. */
export type Intact = {
  /** Entries by index, each with its term. */
  readonly entries: ReadonlyMap<number, number>;
  /** The snapshots by name, with the offsets of their parts that are intact and of those that are not. */
  readonly snapshots: ReadonlyMap<string, PartsOf>;
};

export type PartsOf = {
  /** The bytes as they were. */
  readonly bytes: Uint8Array;
  readonly isIntact: readonly boolean[];
  /** Whether enough is left to know what it is: one of the two outlines at its end. */
  readonly isKnown: boolean;
};

/** Compares a node's files with those before the damage. */
export function intactOf(before: Files, after: Files): Intact {
  const entries = new Map<number, number>();
  const snapshots = new Map<string, PartsOf>();
  for (const name of Object.keys(before).sort()) {
    const bytes = Buffer.from(before[name] ?? []);
    const now = Buffer.from(after[name] ?? []);
    if (isSegmentName(name)) entriesIn(bytes, now, segmentNumber(name), entries);
    else if (/^[0-9]+-[0-9]+\.snapshot$/.test(name)) snapshots.set(name, partsOf(bytes, now));
  }
  return { entries, snapshots };
}

/** Follows the whole log, so that entries that were replaced later do not count. */
function entriesIn(
  bytes: Buffer,
  now: Buffer,
  segment: number,
  entries: Map<number, number>,
): void {
  for (let offset = SEGMENT_HEADER_BYTES; ;) {
    const batch = decodeBatch(bytes, segment, offset);
    if (batch === undefined) return;
    const isIntact = now.subarray(offset, batch.end).equals(bytes.subarray(offset, batch.end));
    const cursor = new RecordCursor(bytes, batch.bodyAt, batch.end);
    decodeState(cursor);
    for (const write of decodeWrites(cursor)) {
      if (write.type === "append")
        for (const { index, term } of write.entries)
          if (isIntact) entries.set(index, term);
          else entries.delete(index);
      if (write.type === "truncate") removeAfter(entries, write.after.index);
      if (write.type === "reset") entries.clear();
    }
    offset = batch.end;
  }
}

function removeAfter(entries: Map<number, number>, last: number): void {
  for (const index of [...entries.keys()]) if (index > last) entries.delete(index);
}

const FRAME_BYTES = 8;
const END_MARK = 0xffff_ffff;

function partsOf(bytes: Buffer, now: Buffer): PartsOf {
  const isIntact: boolean[] = [];
  let offset = 32 + bytes.readUInt32LE(12);
  while (bytes.readUInt32LE(offset) !== END_MARK) {
    const end = offset + FRAME_BYTES + bytes.readUInt32LE(offset);
    const content = bytes.subarray(offset + FRAME_BYTES, end);
    isIntact.push(now.subarray(offset + FRAME_BYTES, end).equals(content));
    offset = end;
  }
  const length = (bytes.length - offset) / 2;
  const second = bytes.length - length;
  const isKnown =
    now.length === bytes.length && now.subarray(second).equals(bytes.subarray(second));
  return { bytes, isIntact, isKnown };
}

/** What the cluster must be able to do, from what is intact on all of its disks together. */
export type Prospect =
  /** Every committed entry is intact somewhere, or a snapshot that covers it is. */
  | { readonly type: "whole" }
  /** Those of these entries that no snapshot covers are intact nowhere. */
  | { readonly type: "lost"; readonly entries: readonly number[] };

/** @param last the last committed entry. */
export function prospectOf(nodes: readonly Intact[], last: number): Prospect {
  const covered = Math.max(0, ...snapshotsOf(nodes).map(({ index }) => index));
  const lost: number[] = [];
  for (let index = covered + 1; index <= last; index += 1)
    if (!nodes.some(({ entries }) => entries.has(index))) lost.push(index);
  return lost.length === 0 ? { type: "whole" } : { type: "lost", entries: lost };
}

/** The snapshots all parts of which are intact on some disk. */
function snapshotsOf(nodes: readonly Intact[]): readonly { readonly index: number }[] {
  const names = new Set(nodes.flatMap(({ snapshots }) => [...snapshots.keys()]));
  return [...names].flatMap((name) => {
    const all = nodes.flatMap(({ snapshots }) => {
      const one = snapshots.get(name);
      return one === undefined ? [] : [one];
    });
    // Nodes may have snapshots of the same entry with different bytes.
    const isWhole = all.some(({ bytes }) => {
      const same = all.filter((other) => Buffer.from(bytes).equals(other.bytes));
      const parts = same[0]?.isIntact.length ?? 0;
      const isThere = Array.from({ length: parts }, (_, part) =>
        same.some(({ isIntact }) => isIntact[part] === true),
      );
      return same.some(({ isKnown }) => isKnown) && isThere.every((there) => there);
    });
    return isWhole ? [{ index: Number.parseInt(name, 10) }] : [];
  });
}
