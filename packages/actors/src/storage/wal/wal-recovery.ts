import { LOG_START, type LogPosition } from "@kontiki/core";
import type { Disk } from "../disk/disk.ts";
import { KontikiError } from "../../errors.ts";
import { RecordError } from "./record-cursor.ts";
import { lastWholeBatch } from "./wal-damage.ts";
import {
  decodeBatch,
  decodeSegmentHeader,
  findBatch,
  follows,
  formatOf,
  isSegmentName,
  LOG_BEGIN,
  LOG_FORMAT,
  SEGMENT_HEADER_BYTES,
  segmentName,
  segmentNumber,
  type BatchEnd,
  type SegmentHeader,
} from "./wal-format.ts";
import { Replay } from "./wal-replay.ts";

const WAY_OUT =
  "What this node promised cannot be known any more, so it must not come back with what is left: " +
  "put back the whole data directory from one copy taken while the cluster was stopped, " +
  "or make a cluster of another node with kontiki recover.";

/**
 * A log that cannot be trusted: bytes that were durable are gone or changed, and nothing that is left tells the node's
 * term, vote and last entry. The node must not run from it.
 */
export class DamagedLogError extends KontikiError {
  override readonly name = "DamagedLogError";
  /** The file that is damaged. */
  readonly path: string;
  /** Where in that file, in bytes. */
  readonly offset: number;

  constructor({ path, offset, what }: Damage) {
    super(`the log is damaged: ${path}, byte ${offset}: ${what}. ${WAY_OUT}`);
    this.path = path;
    this.offset = offset;
  }
}

/** A file that a later version of this program wrote. */
export class NewerLogError extends KontikiError {
  override readonly name = "NewerLogError";

  constructor(path: string, format: number, known: number = LOG_FORMAT) {
    super(
      `${path} has format ${format} and this version reads format ${known}: ` +
        "use the version of Kontiki that wrote it, or a later one",
    );
  }
}

/** A log that an earlier version of this program wrote. */
export class OlderLogError extends KontikiError {
  override readonly name = "OlderLogError";

  constructor(path: string, format: number) {
    super(
      `${path} has format ${format}, of a version before the first release, and this version reads format ` +
        `${LOG_FORMAT}: begin a new cluster in a new folder`,
    );
  }
}

/** Where a log is not what was written. */
export type Damage = { readonly path: string; readonly offset: number; readonly what: string };

/** The end of the log, where writing goes on. */
export type Tail = {
  readonly segment: number;
  /** The length of the last segment up to the end of the last whole batch. */
  readonly length: number;
  readonly last: BatchEnd;
  /** The last batch, from its offset in the last segment; undefined when that holds none. */
  readonly lastBatch: { readonly offset: number; readonly bytes: Uint8Array } | undefined;
};

/** What was found of a log. */
export type LogRead = Pick<Replay, "hard" | "horizon" | "base" | "entries" | "spans"> & {
  /** How far the log reached: the last entry by the last whole batch. What is behind the kept ones is damaged. */
  readonly promised: LogPosition;
  /** Where writing may go on; if the log is damaged, what a new segment must come behind. */
  readonly tail: Tail;
  /** Segments before the one that the log begins with: they do not count. */
  readonly outdated: readonly number[];
  /** Where the first damage is, before which all is kept; undefined when all is whole. */
  readonly damage: Damage | undefined;
  readonly tornBytes: number;
};

/** A segment that is there: its number, and its header if that is whole. */
type Segment = { readonly number: number; readonly header: SegmentHeader | undefined };

/** A segment as far as it is whole. */
type SegmentRead = {
  readonly tail: Tail;
  readonly damage: Damage | undefined;
  readonly tornBytes: number;
};

/** How far segments could be replayed. */
type Replayed =
  | { readonly tail: Tail; readonly damage: undefined; readonly tornBytes: number }
  | { readonly tail: Tail | undefined; readonly damage: Damage; readonly tornBytes: number };

/**
 * Reads a whole log and changes nothing.
 *
 * A batch is written only after the one before it is durable. So a bad batch with a whole one behind it, or with a later
 * segment, was durable and is damage. With nothing behind it, it is what a crash left of the last write, of which
 * nothing was promised: the torn tail.
 *
 * Of a damaged log, all before the damage is kept, and the last whole batch behind it tells what the node is bound to.
 *
 * @throws DamagedLogError when no whole batch tells that, when whole batches contradict each other, and when there is no
 * log at all.
 * @throws NewerLogError, OlderLogError when another version wrote it.
 */
export function readLog(disk: Disk): LogRead {
  const all = segmentsOf(disk);
  const beginning = all.findLastIndex(({ header }) => header?.begins === true);
  const outdated = all.slice(0, Math.max(0, beginning)).map(({ number }) => number);
  const segments = all.slice(outdated.length);
  const replay = new Replay();
  const { tail, damage, tornBytes } = replaySegments(disk, segments, replay);
  const { hard, horizon, base, entries, spans, last: promised } = replay;
  const kept = { hard, horizon, base, entries, spans, promised, outdated, damage };
  if (damage === undefined) return { ...kept, tail, tornBytes };
  return { ...kept, ...bound(disk, segments, damage, tail), tornBytes: 0 };
}

/** Reads segments up to the first damage. */
function replaySegments(disk: Disk, segments: readonly Segment[], replay: Replay): Replayed {
  let tail: Tail | undefined;
  let tornBytes = 0;
  for (const segment of segments) {
    const bad = damageOfHeader(disk, segment, tail);
    if (bad !== undefined) return { tail, damage: bad, tornBytes };
    if (tail === undefined) replay.start(positionBefore(segment), segment.header?.begins === true);
    const isLast = segment === segments.at(-1);
    const read = readSegment(disk, segment, tail?.last, replay, isLast);
    tail = read.tail;
    if (read.damage !== undefined) return { tail, damage: read.damage, tornBytes };
    tornBytes = read.tornBytes;
  }
  if (tail === undefined) {
    const damage = { path: disk.pathOf(segmentName(1)), offset: 0, what: "the file is missing" };
    return { tail, damage, tornBytes };
  }
  refuseForgotten(disk, segments, tail);
  return { tail, damage: undefined, tornBytes };
}

/** Batches that came before the first segment that is there were removed because a later one is durable. */
function refuseForgotten(disk: Disk, [first]: readonly Segment[], { last }: Tail): void {
  if (first === undefined || last.sequence > endBefore(first).sequence) return;
  if (last.sequence === LOG_BEGIN.sequence) return;
  const path = disk.pathOf(segmentName(first.number));
  const what = "no whole batch is left";
  throw new DamagedLogError({ path, offset: SEGMENT_HEADER_BYTES, what });
}

function segmentsOf(disk: Disk): readonly Segment[] {
  const names = disk.list().filter(isSegmentName);
  return names.map((name) => {
    const bytes = asBuffer(disk.readRange(name, 0, SEGMENT_HEADER_BYTES));
    const format = formatOf(bytes) ?? LOG_FORMAT;
    if (format > LOG_FORMAT) throw new NewerLogError(disk.pathOf(name), format);
    if (format < LOG_FORMAT) throw new OlderLogError(disk.pathOf(name), format);
    return { number: segmentNumber(name), header: decodeSegmentHeader(bytes) };
  });
}

function endBefore({ header }: Segment): BatchEnd {
  return header?.previous ?? LOG_BEGIN;
}

function positionBefore({ header }: Segment): LogPosition {
  return header?.position ?? LOG_START;
}

/** What is wrong with the header of a segment, or with the place of the segment behind the log so far. */
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
  // Batches that are missing are lost; a batch that is there twice, and not the same, is of another log.
  if (sequence <= before.sequence) throw new DamagedLogError(gap);
  return gap;
}

function readSegment(
  disk: Disk,
  { number: segment, header }: Segment,
  before: BatchEnd | undefined,
  replay: Replay,
  isLast: boolean,
): SegmentRead {
  const path = disk.pathOf(segmentName(segment));
  const bytes = asBuffer(disk.read(segmentName(segment)));
  let last = before ?? header?.previous ?? LOG_BEGIN;
  let offset = SEGMENT_HEADER_BYTES;
  let lastBatch: Tail["lastBatch"];
  while (offset < bytes.length) {
    const batch = decodeBatch(bytes, segment, offset);
    if (batch === undefined) break;
    if (!follows(batch.previous, last)) {
      const what = "this batch does not follow the one before it";
      throw new DamagedLogError({ path, offset, what });
    }
    try {
      replay.apply(bytes, batch.bodyAt, batch.end, segment);
    } catch (cause) {
      if (!(cause instanceof RecordError)) throw cause;
      throw new DamagedLogError({
        path,
        offset,
        what: `this batch makes no sense: ${cause.message}`,
      });
    }
    lastBatch = { offset, bytes: bytes.subarray(offset, batch.end) };
    last = batch.last;
    offset = batch.end;
  }
  const what = damageBehind(bytes, segment, offset, isLast);
  const damage = what === undefined ? undefined : { path, offset, what };
  const tail = { segment, length: offset, last, lastBatch };
  return { tail, damage, tornBytes: bytes.length - offset };
}

/** What proves that the bytes behind the last whole batch were durable, and so are damaged and not torn. */
function damageBehind(
  bytes: Buffer,
  segment: number,
  offset: number,
  isLast: boolean,
): string | undefined {
  if (offset === bytes.length) return undefined;
  const later = findBatch(bytes, segment, offset);
  if (later !== undefined) return `bad bytes with a whole batch behind them at ${later}`;
  return isLast ? undefined : "a batch that a later segment builds on is bad";
}

/** What a node with a damaged log is bound to, by its last whole batch, and where a new segment goes. */
function bound(
  disk: Disk,
  segments: readonly Segment[],
  damage: Damage,
  kept: Tail | undefined,
): Pick<LogRead, "hard" | "horizon" | "promised" | "tail"> {
  const from = kept ?? { segment: 0, length: 0, last: LOG_BEGIN };
  const numbers = segments.map(({ number }) => number).filter((number) => number >= from.segment);
  const found = lastWholeBatch(disk, numbers, from);
  const durable = Math.max(...segments.map(({ header }) => header?.previous.sequence ?? 0));
  if (found === undefined || found.end.sequence < durable) throw new DamagedLogError(damage);
  const { hard, horizon, last: promised } = found.state;
  const segment = numbers.at(-1) ?? from.segment;
  return {
    hard,
    horizon,
    promised,
    tail: { segment, length: 0, last: found.end, lastBatch: undefined },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
