import type { Entry, HardState, LogPosition } from "@kontiki/core";
import { BatchWriter } from "./batch-writer.ts";
import type { Disk } from "../disk/disk.ts";
import type { EntrySlabs } from "./entry-slabs.ts";
import type { CommandBytes } from "../storage.ts";
import {
  encodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  segmentName,
  type BatchEnd,
} from "./wal-format.ts";
import { encodeAppend } from "./wal-records.ts";

/** The contents of a log. */
export type LogContent = {
  readonly hard: HardState;
  readonly base: LogPosition;
  readonly entries: EntrySlabs;
  readonly horizon: LogPosition | undefined;
};

/** The end of a log that was rewritten. */
export type Rewritten = {
  readonly segment: number;
  readonly length: number;
  readonly last: BatchEnd;
  /** How often the log was cut so far: once more than the old one, which it may differ from. */
  readonly cuts: number;
};

/** While a log is rewritten, a batch ends once it has this many bytes of commands. */
const BATCH_BYTES = 1024 * 1024;

/**
 * Writes a whole log again, into one segment after `before` that is marked as the beginning of the log. The segment
 * appears complete, so a crash leaves either the old log or the new one; the caller removes the old segments, or sets
 * them aside under the number `setsAside` if that is above 0.
 */
export function rewriteLog(
  disk: Disk,
  content: LogContent,
  before: { readonly segment: number; readonly last: BatchEnd; readonly cuts: number },
  setsAside: number,
): Rewritten {
  const { hard, base, entries, horizon } = content;
  const segment = before.segment + 1;
  const file = disk.begin("log");
  const position = base;
  const header = { segment, previous: before.last, begins: true, setsAside, position };
  file.append(encodeSegmentHeader(header));
  const writer = new BatchWriter();
  let length = SEGMENT_HEADER_BYTES;
  let last = before.last;
  let written: LogPosition = base;
  const cuts = before.cuts + 1;
  for (const run of runsOf(entries.all())) {
    encodeAppend(writer.records, run);
    const { index, term } = run.at(-1) ?? base;
    const state = { hard, last: { index, term }, horizon, before: { last: written, cuts } };
    const sealed = writer.seal(state, { segment, offset: length, previous: last });
    file.append(sealed.bytes);
    length += sealed.bytes.length;
    last = sealed.end;
    written = state.last;
  }
  file.publish(segmentName(segment));
  return { segment, length, last, cuts };
}

/** Entries grouped into batches; one batch if there are none, for the state alone. */
function* runsOf(
  entries: readonly Entry<CommandBytes>[],
): Generator<readonly Entry<CommandBytes>[]> {
  let run: Entry<CommandBytes>[] = [];
  let bytes = 0;
  for (const entry of entries) {
    run.push(entry);
    bytes += entry.type === "command" ? entry.command.length : 0;
    if (bytes < BATCH_BYTES) continue;
    yield run;
    run = [];
    bytes = 0;
  }
  if (run.length > 0 || entries.length === 0) yield run;
}
