import type { LogPosition } from "@kontiki/core";
import type { Disk } from "../disk/disk.ts";
import { DamagedLogError, type Damage } from "./log-errors.ts";
import {
  asBuffer,
  endBefore,
  leastEnd,
  positionBefore,
  segmentsOf,
  type Segment,
} from "./log-segments.ts";
import { readSegment, type Tail } from "./read-segment.ts";
import { PROMISE_NAME, readPromise, type Promised } from "./promise.ts";
import { contradiction, type Newest } from "./promise-check.ts";
import { intactBatches, salvagedLog, type IntactBatch } from "./wal-salvage.ts";
import type { SalvagedLog } from "../storage.ts";
import { follows, LOG_BEGIN, SEGMENT_HEADER_BYTES, segmentName } from "./wal-format.ts";
import { isCut, type LogWrite } from "./wal-records.ts";
import { Replay } from "./wal-replay.ts";

/** What was read of a log. */
export type LogRead = Pick<Replay, "hard" | "horizon" | "base" | "entries" | "spans" | "cuts"> & {
  /**
   * The last entry of the log according to the last intact batch or the promise file. If it is after the kept entries,
   * those between are lost.
   */
  readonly promised: LogPosition;
  /** Where writing may continue; in a damaged log, what a new segment must follow. */
  readonly tail: Tail;
  /** Segments before the one that the log begins with: they do not count. */
  readonly outdated: readonly number[];
  /** The number under which those are set aside; 0 if they are removed. */
  readonly setsAside: number;
  /** The first damage; everything before it is kept. Undefined if the log is intact. */
  readonly damage: Damage | undefined;
  /** Reads all that is intact of the log, before and after damage, also what was compacted. */
  readonly salvage: () => SalvagedLog;
  readonly tornBytes: number;
};

/** The intact part of all segments. */
type Replayed =
  | { readonly tail: Tail; readonly damage: undefined; readonly tornBytes: number }
  | { readonly tail: Tail | undefined; readonly damage: Damage; readonly tornBytes: number };

/**
 * Reads a whole log and changes nothing.
 *
 * A batch is written only after the one before it is durable. So a bad batch with an intact one or another segment
 * after it was durable, and is damage. A bad batch with nothing after it is what a crash left of the last write, of
 * which nothing was promised: the torn tail. `segment-tail.ts` tells it from reserved space.
 *
 * A log that ends before the last batch that was durable, as the promise file says, is damaged at its end.
 *
 * In a damaged log, everything before the damage is kept, and the last intact batch after it, or the promise file, records
 * what the node has promised.
 *
 * @param owner whose log it is; undefined if that is not known. A promise file that names another one is refused.
 * @throws DamagedLogError when no intact batch records that, when intact batches contradict each other or the promise file, and
 * when there is no log at all.
 * @throws NewerLogError, OlderLogError when another version wrote it.
 */
export function readLog(disk: Disk, owner?: string): LogRead {
  const all = segmentsOf(disk);
  const beginning = all.findLastIndex(({ header }) => header?.begins === true);
  const outdated = all.slice(0, Math.max(0, beginning)).map(({ number }) => number);
  const segments = all.slice(outdated.length);
  const replay = new Replay();
  const promise = readPromise(disk);
  checkOwner(disk, promise?.owner, owner);
  const read = replaySegments(disk, segments, replay, promise);
  const { hard, horizon, base, entries, spans, cuts, last: promised } = replay;
  const setsAside = segments[0]?.header?.setsAside ?? 0;
  const salvage = (): SalvagedLog => salvagedLog(batchesIn(disk, segments), promise);
  const kept = {
    hard,
    horizon,
    base,
    entries,
    spans,
    cuts,
    promised,
    outdated,
    setsAside,
    salvage,
  };
  const newest = { end: read.tail?.last ?? LOG_BEGIN, hard, last: promised, cuts };
  const damage = read.damage ?? damageOfEnd(disk, read.tail, promise);
  if (damage === undefined && read.tail !== undefined) {
    if (promise?.end.sequence === newest.end.sequence) checkPromise(disk, promise, newest);
    return { ...kept, damage, tail: read.tail, tornBytes: read.tornBytes };
  }
  const found = damage ?? missing(disk, 1);
  const lost = promisesOf(disk, segments, { damage: found, kept: read.tail, promise, newest });
  return { ...kept, ...lost, damage: found, tornBytes: 0 };
}

function missing(disk: Disk, segment: number): Damage {
  const path = disk.pathOf(segmentName(segment));
  return { path, offset: 0, what: "the file is missing" };
}

/** What is wrong with the end of a log that has no damage in the middle. */
function damageOfEnd(
  disk: Disk,
  tail: Tail | undefined,
  promise: Promised | undefined,
): Damage | undefined {
  if (tail === undefined || promise === undefined) return undefined;
  const count = promise.end.sequence - tail.last.sequence;
  if (count <= 0) return undefined;
  const what = `the last ${count === 1 ? "write" : `${count} writes`}, which had succeeded, ${count === 1 ? "is" : "are"} bad or missing`;
  return { path: disk.pathOf(segmentName(tail.segment)), offset: tail.length, what };
}

/** Reads segments up to the first damage. */
function replaySegments(
  disk: Disk,
  segments: readonly Segment[],
  replay: Replay,
  promise: Promised | undefined,
): Replayed {
  const known = promise?.end;
  let tail: Tail | undefined;
  let tornBytes = 0;
  // What is kept of a segment is copied out of it, but for the last batch of the last one.
  let spare: Uint8Array | undefined;
  for (const segment of segments) {
    const bad = damageOfHeader(disk, segment, tail);
    if (bad !== undefined) return { tail, damage: bad, tornBytes };
    if (tail === undefined) replay.start(positionBefore(segment), segment.header?.begins === true);
    const isLast = segment === segments.at(-1);
    const path = disk.pathOf(segmentName(segment.number));
    const bytes = asBuffer(disk.read(segmentName(segment.number), spare));
    const placed = { ...segment, path, isLast, before: tail?.last, known };
    const read = readSegment(bytes, placed, replay);
    if (read.isOther) throw otherLog(disk, `another batch ${known?.sequence}`);
    if (bytes.length > (spare?.length ?? 0)) spare = bytes;
    tail = read.tail;
    if (read.damage !== undefined) return { tail, damage: read.damage, tornBytes };
    tornBytes = read.tornBytes;
  }
  if (tail === undefined) return { tail, damage: missing(disk, 1), tornBytes };
  const [first] = segments;
  if (first === undefined || tail.last.sequence >= leastEnd(first))
    return { tail, damage: undefined, tornBytes };
  const path = disk.pathOf(segmentName(first.number));
  const damage = { path, offset: SEGMENT_HEADER_BYTES, what: "no intact batch is left" };
  return { tail, damage, tornBytes };
}

/** What is wrong with the header of a segment, or with its position after the segments before it. */
function damageOfHeader(disk: Disk, segment: Segment, tail: Tail | undefined): Damage | undefined {
  const { number, header } = segment;
  const path = disk.pathOf(segmentName(number));
  const damage = (what: string): Damage => ({ path, offset: 0, what });
  const expected = tail === undefined ? number : tail.segment + 1;
  if (number !== expected)
    return { ...damage("the file is missing"), path: disk.pathOf(segmentName(expected)) };
  if (header === undefined) return damage("the header of the file is bad");
  if (header.segment !== number) return damage(`the header belongs to segment ${header.segment}`);
  const before = tail?.last ?? header.previous;
  if (follows(header.previous, before)) return undefined;
  const { sequence } = header.previous;
  const gap = damage(`the log before it ends at batch ${before.sequence}, not ${sequence}`);
  // Missing batches are lost; a batch number that occurs twice belongs to another log.
  if (sequence <= before.sequence) throw new DamagedLogError(gap);
  return gap;
}

function batchesIn(disk: Disk, segments: readonly Segment[]): readonly IntactBatch[] {
  return intactBatches(
    disk,
    segments.map(({ number }) => segmentName(number)),
  );
}

/** What a damaged log has promised, and where a new segment goes. */
function promisesOf(
  disk: Disk,
  segments: readonly Segment[],
  read: {
    readonly damage: Damage;
    readonly kept: Tail | undefined;
    readonly promise: Promised | undefined;
    readonly newest: Newest;
  },
): Pick<LogRead, "hard" | "horizon" | "promised" | "tail" | "cuts"> {
  const { damage, promise, newest } = read;
  const kept = newest.end;
  const batches = batchesIn(disk, segments);
  const isOther = batches.some(
    ({ end: { sequence, crc } }) => sequence === promise?.end.sequence && crc !== promise.end.crc,
  );
  if (isOther) throw otherLog(disk, `another batch ${promise?.end.sequence}`);
  const last = batches.findLast(({ end }) => end.sequence > kept.sequence);
  const isNewest =
    promise !== undefined && promise.end.sequence >= (last ?? { end: kept }).end.sequence;
  if (isNewest) checkPromise(disk, promise, last === undefined ? newest : newestOf(last));
  const found = isNewest ? promise : last;
  const [first, ...others] = segments;
  const least = first === undefined ? 0 : leastEnd(first);
  const durable = Math.max(least, ...others.map((segment) => endBefore(segment).sequence));
  if (found === undefined || found.end.sequence < durable) throw new DamagedLogError(damage);
  const { hard, horizon, last: promised } = found.state;
  const segment = segments.at(-1)?.number ?? read.kept?.segment ?? 0;
  return {
    hard,
    horizon,
    promised,
    cuts: Math.max(newest.cuts ?? 0, cutsAfter(found)),
    tail: { segment, length: 0, reserved: 0, last: found.end, lastBatch: undefined, isFull: false },
  };
}

function newestOf({ end, state, writes }: IntactBatch): Newest {
  const cuts = state.before === undefined ? undefined : cutsAfter({ end, state, writes });
  return { end, hard: state.hard, last: state.last, cuts };
}

/** @throws DamagedLogError when the promise file is of the log of another disk. */
function checkOwner(disk: Disk, found: string | undefined, owner: string | undefined): void {
  if (found === undefined || owner === undefined || found === owner) return;
  const path = disk.pathOf(PROMISE_NAME);
  const what = `it is of the log of ${found}, and this is the folder of ${owner}`;
  throw new DamagedLogError({ path, offset: 0, what });
}

/** @throws DamagedLogError when the promise file cannot be of this log. */
function checkPromise(disk: Disk, promise: Promised, newest: Newest): void {
  const what = contradiction(promise, newest);
  if (what !== undefined) throw otherLog(disk, what);
}

/** The promise file cannot be of this log, because of what it records. */
function otherLog(disk: Disk, what: string): DamagedLogError {
  const path = disk.pathOf(PROMISE_NAME);
  return new DamagedLogError({
    path,
    offset: 0,
    what: `it is not of this log: it records ${what}`,
  });
}

/** How often the log was cut when this was durable, as far as it says. */
function cutsAfter({ state, writes = [] }: Promised & { writes?: readonly LogWrite[] }): number {
  return (state.before?.cuts ?? 0) + writes.filter(isCut).length;
}
