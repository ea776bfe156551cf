import type { Mutant } from "./mutant.ts";

const PERFORMER = "packages/actors/src/node/performer.ts";
const OPEN = "packages/actors/src/storage/recovery/open-storage.ts";
const TAIL = "packages/actors/src/storage/wal/segment-tail.ts";
const WAL = "packages/actors/src/storage/wal/wal.ts";
const BOX =
  "const box = promisesNothing(message) && this.#hardStateSynced ? this.early : this.held;";

/** Mutants of durability, and of recovery from a disk after a crash (§5.2, Figure 2). */
export const DISK_MUTANTS: readonly Mutant[] = [
  {
    name: "vote-before-sync",
    about: "A vote leaves before it is on the disk.",
    source: "§5.2, Figure 2; openraft's notes on the order of I/O",
    edits: [
      {
        file: PERFORMER,
        find: BOX,
        replace: BOX.replace("promisesNothing", 'message.type === "voteReply" || promisesNothing'),
      },
    ],
    hunts: ["power"],
  },
  {
    name: "acknowledged-before-sync",
    about: "Entries are acknowledged before they are on the disk.",
    source: "§5.3, Figure 2; the order within a turn",
    edits: [
      {
        file: PERFORMER,
        find: BOX,
        replace: BOX.replace(
          "promisesNothing",
          'message.type === "appendAccepted" || promisesNothing',
        ),
      },
    ],
    hunts: ["power"],
  },
  {
    name: "never-synced",
    about: "The log is written and never synced.",
    source: "Figure 2",
    edits: [
      {
        file: WAL,
        find: `this.#file.sync();
      this.#neededNow = this.#needed;`,
        replace: "this.#neededNow = this.#needed;",
      },
    ],
    hunts: ["power"],
  },
  {
    name: "file-never-synced",
    about: "A file on a real disk is never synced, although its log asks for it.",
    source: "Figure 2; no simulation runs this code",
    edits: [
      {
        file: "packages/actors/src/storage/disk/open-file.ts",
        find: "() => this.#calls.fdatasyncSync(this.#fd)",
        replace: "() => undefined",
      },
    ],
    hunts: ["crash-matrix"],
  },
  {
    name: "failed-sync-ignored",
    about: "A failed sync is treated as a successful one.",
    source: "Rebello et al., ATC '20; tarantool #12292, incus PR 462",
    edits: [
      {
        file: WAL,
        find: `this.#file.sync();
      this.#neededNow = this.#needed;`,
        replace: `try {
        this.#file.sync();
      } catch {
        // Planted.
      }
      this.#neededNow = this.#needed;`,
      },
    ],
    hunts: ["disk-errors", "power"],
  },
  {
    name: "last-batch-not-rewritten",
    about:
      "After a failed sync, the last batch is read from the cache and trusted, but never reaches the device.",
    source: "Rebello et al., ATC '20",
    edits: [
      {
        file: OPEN,
        find: "if (tail.lastBatch !== undefined) file.rewrite(tail.lastBatch.offset, tail.lastBatch.bytes);",
        replace: "",
      },
    ],
    hunts: ["disk-errors", "power"],
  },
  {
    name: "torn-tail-stays",
    about: "The torn tail of a log is not removed, and the log continues after it.",
    source: "ra #170",
    edits: [{ file: OPEN, find: "if (tornBytes > 0) file.truncate(tail.length);", replace: "" }],
    hunts: ["power"],
  },
  {
    name: "checksum-not-checked",
    about: "A batch is accepted although its checksum is wrong.",
    source: "Alagappan et al., FAST '18",
    edits: [
      {
        file: "packages/actors/src/storage/wal/wal-format.ts",
        find: "if (crc32(bytes.subarray(offset + 8, end)) !== crc) return undefined;",
        replace: "",
      },
    ],
    hunts: ["rot", "power"],
  },
  {
    name: "damage-taken-for-torn-tail",
    about:
      "Damage in the middle of a log is treated as a torn tail and removed, together with acknowledged entries after it.",
    source: "Alagappan et al., FAST '18; ra PR 589",
    edits: [
      {
        file: TAIL,
        find: `if (later !== undefined)
    return { what: \`bad bytes, followed by an intact batch at \${later}\`, tornBytes };`,
        replace: "",
      },
    ],
    hunts: ["rot"],
  },
  {
    name: "horizon-forgotten",
    about: "A server forgets that it lost acknowledged entries, and votes at once.",
    source: "Alagappan et al., FAST '18",
    edits: [
      {
        file: "packages/actors/src/storage/recovery/repair.ts",
        find: "const horizon = isLost ? later(promised, log.horizon) : log.horizon;",
        replace: "const horizon = log.horizon;",
      },
    ],
    hunts: ["rot"],
  },
  {
    name: "promised-before-sync",
    about: "The promise file names a batch before that batch is synced.",
    source: "Alagappan et al., FAST '18; the order within a turn",
    edits: [
      {
        file: WAL,
        find: "this.#flushed = { end, state: { hard, last, horizon, before: after } };",
        replace:
          "this.#flushed = { end, state: { hard, last, horizon, before: after } };\n" +
          "    this.#promise.write(this.#flushed);",
      },
    ],
    hunts: ["power"],
  },
  {
    name: "reserved-not-synced",
    about: "A batch that fits into the reserved space of its segment is not synced.",
    source: "Figure 2; fdatasync of a file whose size stays the same still has bytes to write",
    edits: [
      {
        file: WAL,
        find: `this.#file.sync();
      this.#neededNow = this.#needed;`,
        replace: `if (this.#length >= this.#reserved) this.#file.sync();
      this.#neededNow = this.#needed;`,
      },
    ],
    hunts: ["power"],
  },
  {
    name: "reserved-space-skipped",
    about: "After a restart the log continues after the reserved space instead of in it.",
    source: "the place that each batch records",
    edits: [
      {
        file: OPEN,
        find: "disk.open(segmentName(tail.segment), isReserved ? tail.length : undefined);",
        replace: "disk.open(segmentName(tail.segment));",
      },
    ],
    hunts: ["power"],
  },
  {
    name: "zeros-taken-for-end",
    about: "Zeros in the middle of a segment count as its end, and what is after them is removed.",
    source: "Alagappan et al., FAST '18; ra PR 589",
    edits: [
      {
        file: TAIL,
        find: "if (tornBytes === 0) return",
        replace: "if (tornBytes === 0 || bytes[offset] === 0) return",
      },
    ],
    hunts: ["scatter", "rot"],
  },
  {
    name: "torn-after-zeros-stays",
    about:
      "A torn batch whose beginning did not reach the disk counts as reserved space, and the rest of it is written over.",
    source: "ra #170; writes of several sectors have no order",
    edits: [
      {
        file: TAIL,
        find: "const tornBytes = end - offset;",
        replace:
          "const isFree = bytes[offset] === 0 && findBatch(bytes, segment, offset) === undefined;\n" +
          "  const tornBytes = isFree ? 0 : end - offset;",
      },
    ],
    hunts: ["power"],
  },
  {
    name: "cut-not-written",
    about: "Truncated entries are not truncated on the disk.",
    source: "§5.3",
    edits: [
      {
        file: WAL,
        find: "encodeTruncate(records, this.#terms.last);",
        replace: "",
      },
    ],
    hunts: ["power", "churn"],
  },
];
