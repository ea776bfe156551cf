import type { Entry, HardState, LogPosition } from "@kontiki/core";
import { BatchWriter } from "./batch-writer.ts";
import type { Disk } from "../disk/disk.ts";
import type { CommandBytes } from "../storage.ts";
import {
  encodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  segmentName,
  type BatchEnd,
} from "./wal-format.ts";
import { encodeAppend } from "./wal-records.ts";

/** What a log says. */
export type LogContent = {
  readonly hard: HardState;
  readonly base: LogPosition;
  readonly entries: readonly Entry<CommandBytes>[];
  readonly horizon: LogPosition | undefined;
};

/** Where a log that was written anew ends. */
export type Rewritten = {
  readonly segment: number;
  readonly length: number;
  readonly last: BatchEnd;
};

/** A batch of a log that is written anew is closed behind so many bytes. */
const BATCH_BYTES = 1024 * 1024;

/**
 * Writes a whole log anew, into one segment behind `before` that says that the log begins there. It appears whole, so
 * that a crash leaves the old log or the new one; the old segments are to be removed then.
 */
export function rewriteLog(
  disk: Disk,
  content: LogContent,
  before: { readonly segment: number; readonly last: BatchEnd },
): Rewritten {
  const { hard, base, entries, horizon } = content;
  const segment = before.segment + 1;
  const file = disk.begin("log");
  const position = base;
  file.append(encodeSegmentHeader({ segment, previous: before.last, begins: true, position }));
  const writer = new BatchWriter();
  let length = SEGMENT_HEADER_BYTES;
  let last = before.last;
  for (const run of runsOf(entries)) {
    encodeAppend(writer.records, run);
    const { index, term } = run.at(-1) ?? base;
    const state = { hard, last: { index, term }, horizon };
    const sealed = writer.seal(state, { segment, offset: length, previous: last });
    file.append(sealed.bytes);
    length += sealed.bytes.length;
    last = sealed.end;
  }
  file.publish(segmentName(segment));
  return { segment, length, last };
}

/** Entries in the batches that they go to; one batch when there are none, for the state alone. */
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
