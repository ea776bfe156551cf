/** A damaged log is refused when nothing says what the node promised. */
import { INITIAL_HARD_STATE } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { BatchWriter } from "../../../../packages/actors/src/storage/wal/batch-writer.ts";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { PROMISE_NAME } from "../../../../packages/actors/src/storage/wal/promise.ts";
import {
  decodeBatch,
  LOG_BEGIN,
  sealBatch,
  SEGMENT_HEADER_BYTES,
  segmentName,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import type { RecordWriter } from "../../../../packages/actors/src/storage/wal/record-writer.ts";
import {
  encodeAppend,
  encodeCompact,
  encodeTruncate,
} from "../../../../packages/actors/src/storage/wal/wal-records.ts";
import { flipped, offsets, refusal, without } from "../../support/storage/damage.ts";
import { filesOf, memoryDisk } from "../../support/storage/disks.ts";
import {
  append,
  command,
  compact,
  hardState,
  members,
  noop,
  position,
  type Batch,
} from "../../support/storage/model.ts";
import { diskWith } from "../../support/storage/writing.ts";

const WAY_OUT =
  "The promises of this node are lost, so it must not run with what is left: " +
  "restore the whole data directory from one copy taken while the cluster was stopped, " +
  "or make a cluster of another node with kontiki recover.";

const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1), command(2, 1, "a"))],
  [append(command(3, 1, "b"))],
  [hardState(2, "n2"), append(noop(4, 2))],
];
const SMALL = { segmentBytes: 1 };
const [FIRST, SECOND, THIRD, FOURTH] = [1, 2, 3, 4].map(segmentName) as [
  string,
  string,
  string,
  string,
];

function refused(name: string, offset: number, what: string): unknown {
  const path = `memory:${name}`;
  return [path, offset, `the log is damaged: ${path}, byte ${offset}: ${what}. ${WAY_OUT}`];
}

describe("damage is refused when nothing records the node's promises, and nothing is changed", () => {
  const one = filesOf(diskWith(BATCHES));
  const many = without(filesOf(diskWith(BATCHES, SMALL)), PROMISE_NAME);
  const [, secondAt = 0, thirdAt = 0] = offsets(one[FIRST]);
  const bytes = one[FIRST] ?? new Uint8Array();

  test("no log at all", () => {
    expect(refusal({})).toEqual(refused(FIRST, 0, "the file is missing"));
  });

  test("a bad batch with an empty segment after it, which proves that it was durable", () => {
    const empty = (many[THIRD] ?? bytes).slice(0, SEGMENT_HEADER_BYTES);
    const files = { ...many, [SECOND]: flipped(many[SECOND], 100), [THIRD]: empty };
    expect(refusal(files)).toEqual(
      refused(SECOND, SEGMENT_HEADER_BYTES, "bad bytes, followed by another segment"),
    );
  });

  test("an intact batch after the damage that is not the last durable one", () => {
    const long = [...BATCHES, [append(noop(5, 2))]];
    const two = without(filesOf(diskWith(long, { segmentBytes: thirdAt + 200 })), PROMISE_NAME);
    expect(Object.keys(two)).toEqual([FIRST, SECOND]);
    const header = (two[SECOND] ?? bytes).slice(0, SEGMENT_HEADER_BYTES);
    const first = flipped(flipped(two[FIRST], secondAt - 1), thirdAt + 40);
    expect(refusal({ [FIRST]: first, [SECOND]: header })).toEqual(
      refused(FIRST, SEGMENT_HEADER_BYTES, `bad bytes, followed by an intact batch at ${secondAt}`),
    );
  });

  test("the only remaining batch of a log whose others were removed", () => {
    const files = filesOf(diskWith([...BATCHES, [compact(4, 2)]], SMALL));
    const name = FOURTH;
    const whole = memoryDisk(files);
    const { storage } = openStorage(whole, SMALL);
    for (let turn = 0; turn < 4; turn += 1) storage.sync();
    const left = without(filesOf(whole), PROMISE_NAME);
    expect(Object.keys(left)).toEqual([name, "4-2.snapshot"]);
    expect(refusal({ ...left, [name]: flipped(left[name], 100) })).toEqual(
      refused(name, SEGMENT_HEADER_BYTES, "no intact batch is left"),
    );
  });

  test("a batch that belongs to another log", () => {
    const others = [
      [hardState(1, "n2"), append(noop(1, 1), command(2, 1, "a"))],
      ...BATCHES.slice(1),
    ];
    const other = filesOf(diskWith(others))[FIRST] ?? bytes;
    const mixed = new Uint8Array([...bytes.slice(0, thirdAt), ...other.slice(thirdAt)]);
    expect(refusal({ [FIRST]: mixed })).toEqual(
      refused(FIRST, thirdAt, "this batch does not follow the one before it"),
    );
  });

  test("a segment that belongs to another log", () => {
    const others = [
      [hardState(1, "n2"), append(noop(1, 1), command(2, 1, "a"))],
      ...BATCHES.slice(1),
    ];
    const other = filesOf(diskWith(others, SMALL))[THIRD] ?? bytes;
    expect(refusal({ ...many, [THIRD]: other })).toEqual(
      refused(THIRD, 0, "the log before it ends at batch 2, not 2"),
    );
  });

  test("a batch after the damage that is older than those before it, for example inside a command", () => {
    const offset = thirdAt + 50;
    const copy = Buffer.from(bytes.slice(SEGMENT_HEADER_BYTES, secondAt));
    sealBatch(copy, { segment: 1, offset, previous: LOG_BEGIN });
    const torn = new Uint8Array([...bytes.slice(0, offset), ...copy]);
    const whole = flipped(torn, thirdAt + 40);
    expect(refusal({ [FIRST]: whole })).toEqual(
      refused(FIRST, thirdAt, `bad bytes, followed by an intact batch at ${offset}`),
    );
  });

  test.each<[string, (records: RecordWriter) => void, string]>([
    ["a gap", (to) => encodeAppend(to, [noop(5, 1)]), "it leaves a gap in the log"],
    [
      "a truncation after an entry that is not there",
      (to) => encodeTruncate(to, position(4, 1)),
      "it cuts an entry that is not there",
    ],
    [
      "a truncation after an entry of another term",
      (to) => encodeTruncate(to, position(2, 2)),
      "it cuts an entry of another term",
    ],
    [
      "a truncation of compacted entries",
      (to) => {
        encodeCompact(to, position(2, 1));
        encodeTruncate(to, position(1, 1));
      },
      "it cuts an entry that is not there",
    ],
    [
      "a compaction of entries that are not there",
      (to) => encodeCompact(to, position(4, 1)),
      "it compacts an entry that is not there",
    ],
    ["an unknown record", (to) => to.u8(9), "it contains a record of unknown kind 9"],
    ["half a record", (to) => to.u8(3), "it ends in the middle of a record"],
    [
      "an invalid membership",
      (to) => {
        encodeAppend(to, [members(4, 1)]);
        to.u32At(to.position - 4, 0);
      },
      "it contains an invalid membership: it is not JSON",
    ],
    [
      "an end that is not the log's",
      (to) => encodeTruncate(to, position(2, 1)),
      "it ends at entry 2 of term 1 and records entry 3 of term 1",
    ],
  ])("an invalid batch with a correct checksum: %s", (_title, spoil, what) => {
    const writer = new BatchWriter();
    spoil(writer.records);
    const short = bytes.slice(0, thirdAt);
    const { last } = decodeBatch(Buffer.from(short), 1, secondAt) ?? { last: LOG_BEGIN };
    const place = { segment: 1, offset: thirdAt, previous: last };
    const last3 = position(3, 1);
    const before = { last: last3, cuts: 0 };
    const state = { hard: INITIAL_HARD_STATE, last: last3, horizon: undefined, before };
    const batch = writer.seal(state, place).bytes;
    expect(refusal({ [FIRST]: new Uint8Array([...short, ...batch]) })).toEqual(
      refused(FIRST, thirdAt, `this batch is invalid: ${what}`),
    );
  });

  test("an invalid batch with a correct checksum: no state record", () => {
    const batch = Buffer.from(bytes.slice(SEGMENT_HEADER_BYTES, secondAt));
    batch[32] = 9;
    sealBatch(batch, { segment: 1, offset: SEGMENT_HEADER_BYTES, previous: LOG_BEGIN });
    const header = bytes.slice(0, SEGMENT_HEADER_BYTES);
    expect(refusal({ [FIRST]: new Uint8Array([...header, ...batch]) })).toEqual(
      refused(
        FIRST,
        SEGMENT_HEADER_BYTES,
        "this batch is invalid: it does not begin with a state record",
      ),
    );
  });
});
