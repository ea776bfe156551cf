import type { Variant } from "../planted.ts";

const WAL = "packages/actors/src/storage/wal/wal.ts";
const FORMAT = "packages/actors/src/storage/wal/wal-format.ts";
const RECOVERY = "packages/actors/src/storage/wal/wal-recovery.ts";
const REPAIR = "packages/actors/src/storage/recovery/repair.ts";
const OPEN = "packages/actors/src/storage/recovery/open-storage.ts";
const PROMISE = "packages/actors/src/storage/wal/promise.ts";

/** Variants of: what a log file says, and what recovery does with it. */
export const LOG_FILE: readonly Variant[] = [
  {
    id: "last-batch-unchecked",
    about: "The checksum of the last batch of a file is not looked at.",
    edits: [
      {
        file: FORMAT,
        find: "if (crc32(bytes.subarray(offset + 8, end)) !== crc) return undefined;",
        replace:
          "if (end !== bytes.length && crc32(bytes.subarray(offset + 8, end)) !== crc) return undefined;",
      },
    ],
  },
  {
    id: "large-batch-unchecked",
    about: "The checksum of a batch covers only its first 256 bytes.",
    edits: [
      {
        file: FORMAT,
        find: "if (crc32(bytes.subarray(offset + 8, end)) !== crc) return undefined;",
        replace:
          "if (end - offset < 256 && crc32(bytes.subarray(offset + 8, end)) !== crc) return undefined;",
      },
    ],
  },
  {
    id: "older-horizon-kept",
    about: "When a log is damaged again, the horizon of the first damage stays.",
    edits: [
      {
        file: REPAIR,
        find: "const horizon = isLost ? later(promised, log.horizon) : log.horizon;",
        replace:
          "const horizon = isLost ? (log.horizon ?? later(promised, log.horizon)) : log.horizon;",
      },
    ],
  },
  {
    id: "earlier-horizon-wins",
    about: "Of two horizons the earlier one is kept.",
    edits: [
      {
        file: REPAIR,
        find: "return b === undefined || atLeastAsUpToDate(a, b) ? a : b;",
        replace: "return b === undefined || atLeastAsUpToDate(b, a) ? a : b;",
      },
    ],
  },
  {
    id: "horizon-dropped-without-repair",
    about: "A start that finds no new damage forgets the horizon.",
    edits: [
      {
        file: REPAIR,
        find: "const horizon = isLost ? later(promised, log.horizon) : log.horizon;",
        replace: "const horizon = isLost ? later(promised, log.horizon) : undefined;",
      },
    ],
  },
  {
    id: "end-of-log-not-compared-with-promise",
    about: "A log that lost its last promised batch looks intact.",
    edits: [
      {
        file: RECOVERY,
        find: "if (count <= 0) return undefined;",
        replace: "if (count <= 1e9) return undefined;",
      },
    ],
  },
  {
    id: "promise-of-an-old-copy",
    about: "Of the two copies in the promise file the older one is used.",
    edits: [
      {
        file: PROMISE,
        find: "latest !== undefined && latest.end.sequence >= copy.end.sequence ? latest : copy,",
        replace:
          "latest !== undefined && latest.end.sequence <= copy.end.sequence ? latest : copy,",
      },
    ],
  },
  {
    id: "batch-of-another-log-follows",
    about: "A batch is accepted although it does not follow the one before it.",
    edits: [
      {
        file: FORMAT,
        find: "return previous.sequence === last.sequence && previous.crc === last.crc;",
        replace: "return previous.sequence >= last.sequence;",
      },
    ],
  },
  {
    id: "cuts-not-counted",
    about: "The log does not record that it was cut.",
    edits: [
      {
        file: WAL,
        find: `this.#terms.truncate(after);
      this.#cuts += 1;`,
        replace: "this.#terms.truncate(after);",
      },
    ],
  },
  {
    id: "state-before-the-batch-is-old",
    about: "A batch records an older end of the log than the one before it.",
    edits: [{ file: WAL, find: "this.#before = after;", replace: "" }],
  },
  {
    id: "reset-without-record",
    about: "The log file does not record that a snapshot replaced the log.",
    edits: [{ file: WAL, find: "encodeReset(records, base);", replace: "" }],
  },
  {
    id: "compaction-without-record",
    about: "The log file does not record a compaction.",
    edits: [{ file: WAL, find: "encodeCompact(records, this.#terms.base);", replace: "" }],
  },
  {
    id: "vote-not-in-the-next-batch",
    about: "A batch with log records does not record a changed vote.",
    edits: [
      {
        file: WAL,
        find: "if (sameHardState(hard, this.#hard)) return;",
        replace: "if (sameHardState(hard, this.#hard) || this.#changed) return;",
      },
    ],
  },
  {
    id: "recovered-log-not-synced",
    about: "A start does not sync what it read from the cache.",
    edits: [
      {
        file: OPEN,
        find: `file.sync();
    return { ...tail, spans, cuts, file };`,
        replace: "return { ...tail, spans, cuts, file };",
      },
    ],
  },
  {
    id: "damaged-log-not-set-aside",
    about: "A damaged log is removed instead of being set aside.",
    edits: [
      {
        file: REPAIR,
        find: "isSetAside: copy !== undefined,",
        replace: "isSetAside: false,",
      },
    ],
  },
  {
    id: "damaged-log-set-aside-unsynced",
    about: "The last write of a damaged log may be in the cache alone when the log is set aside.",
    edits: [{ file: OPEN, find: "if (isSetAside) syncLast(disk, old.at(-1));", replace: "" }],
  },
  {
    id: "last-batch-cut-with-the-torn-end",
    about:
      "Where a torn write is cut off, the batch before it goes too, although it was recovered.",
    edits: [
      {
        file: OPEN,
        find: "if (tornBytes > 0) file.truncate(tail.length);",
        replace: "if (tornBytes > 0) file.truncate(tail.lastBatch?.offset ?? tail.length);",
      },
      {
        file: OPEN,
        find: "if (tail.lastBatch !== undefined) file.rewrite(tail.lastBatch.offset, tail.lastBatch.bytes);",
        replace:
          "if (tail.lastBatch !== undefined && tornBytes === 0) file.rewrite(tail.lastBatch.offset, tail.lastBatch.bytes);",
      },
    ],
  },
  {
    id: "log-kept-next-to-newer-snapshot",
    about: "A log that does not meet the snapshot is kept.",
    edits: [
      {
        file: REPAIR,
        find: "const isKept = !isGap && holds(log, end);",
        replace: "const isKept = !isGap;",
      },
    ],
  },
];
