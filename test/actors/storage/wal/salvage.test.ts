/** What is salvaged of damaged logs: intact entries and known positions of one log, and nothing else. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PROMISE_NAME } from "../../../../packages/actors/src/storage/wal/promise.ts";
import {
  isSegmentName,
  segmentName,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { batchesOf } from "../../support/storage/arbitraries.ts";
import { flipped, offsets, opened, without, type Files } from "../../support/storage/damage.ts";
import { filesOf } from "../../support/storage/disks.ts";
import {
  append,
  command,
  compact,
  hardState,
  install,
  noop,
  truncate,
  type Batch,
} from "../../support/storage/model.ts";
import { checkDamaged, lived, placesIn, type Place } from "../../support/storage/truth.ts";
import { diskWith } from "../../support/storage/writing.ts";

/** One entry a batch, of term 1. */
const STEPS: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1))],
  ...[2, 3, 4, 5, 6, 7].map((at): Batch => [append(command(at, 1, `${at}`))]),
];
const SMALL = { segmentBytes: 1 };
const texts = (...indexes: readonly number[]): string[] =>
  indexes.map((at) => (at === 1 ? "1@1 noop" : `${at}@1 "${at}"`));

/** Damages batches by their numbers. */
function losing(files: Files, ...sequences: readonly number[]): Files {
  const places = placesIn(files);
  return sequences.reduce((all, sequence) => {
    const { name, end } = places.get(sequence) as Place;
    return { ...all, [name]: flipped(all[name], end - 1) };
  }, files);
}

const one = filesOf(diskWith(STEPS));
const many = filesOf(diskWith(STEPS, SMALL));

describe("of a log that was never cut", () => {
  test.each<[string, Files, readonly (readonly number[])[], readonly string[]]>([
    [
      "with a hole",
      losing(one, 3),
      [
        [1, 2],
        [4, 5, 6, 7],
      ],
      ["3@1", "7@1"],
    ],
    ["with several", losing(one, 2, 4, 5, 7), [[1], [3], [6]], ["2@1", "5@1", "7@1"]],
    [
      "with holes across segments",
      losing(many, 2, 3, 5),
      [[1], [4], [6, 7]],
      ["3@1", "5@1", "7@1"],
    ],
    ["whose beginning is lost", losing(one, 1, 2), [[3, 4, 5, 6, 7]], ["2@1", "7@1"]],
    [
      "with missing segments",
      without(many, segmentName(2), segmentName(3), segmentName(6)),
      [[1], [4, 5], [7]],
      ["3@1", "6@1", "7@1"],
    ],
    [
      "with bad headers of segments, and a hole",
      losing({ ...many, ...badHeaders(many, segmentName(1), segmentName(4), segmentName(5)) }, 3),
      [
        [1, 2],
        [4, 5, 6, 7],
      ],
      ["3@1", "7@1"],
    ],
    [
      "whose end is lost, with a promise file",
      { ...one, ...cutAt(one, offsets(one[segmentName(1)])[4] ?? 0) },
      [[1, 2, 3, 4]],
      ["7@1"],
    ],
    [
      "whose end is lost and that has a hole",
      losing({ ...one, ...cutAt(one, offsets(one[segmentName(1)])[5] ?? 0) }, 2),
      [[1], [3, 4, 5]],
      ["2@1", "7@1"],
    ],
    [
      "with a hole, without a promise file: the end is where the last intact batch was",
      without(losing(one, 3, 7), PROMISE_NAME),
      [
        [1, 2],
        [4, 5, 6],
      ],
      ["3@1", "6@1"],
    ],
  ])("%s", (_title, files, pieces, marks) => {
    expect(opened(files).salvage).toEqual([{ pieces: pieces.map((one) => texts(...one)), marks }]);
  });

  test("a compaction changes nothing", () => {
    const files = losing(
      filesOf(diskWith([...STEPS, [compact(4, 1)], [append(noop(8, 1))]])),
      6,
      9,
    );
    const { content, salvage } = opened(files);
    expect([content.base.index, content.entries, salvage]).toEqual([
      0,
      texts(1, 2, 3, 4, 5),
      [{ pieces: [texts(1, 2, 3, 4, 5), texts(7)], marks: ["6@1", "8@1"] }],
    ]);
  });
});

function badHeaders(files: Files, ...names: readonly string[]): Files {
  return Object.fromEntries(names.map((name) => [name, flipped(files[name], 20)]));
}

function cutAt(files: Files, length: number): Files {
  const name = segmentName(1);
  return { [name]: (files[name] ?? new Uint8Array()).slice(0, length) };
}

describe("of a log that was cut", () => {
  const CUT: readonly Batch[] = [
    ...STEPS.slice(0, 4),
    [hardState(2), truncate(2), append(noop(3, 2))],
    [append(noop(4, 2))],
    [append(noop(5, 2))],
  ];
  const cut = filesOf(diskWith(CUT));

  test.each<[string, Files, readonly (readonly string[])[], readonly string[]]>([
    [
      "after the hole: what was replaced is left out",
      losing(cut, 2),
      [["1@1 noop"], ["3@2 noop", "4@2 noop", "5@2 noop"]],
      ["2@1", "5@2"],
    ],
    [
      "in the hole: everything before it may have been replaced",
      losing(cut, 5),
      [["4@2 noop", "5@2 noop"]],
      ["3@2", "5@2"],
    ],
    [
      "before the hole: both sides of it count",
      losing(cut, 6),
      [[...texts(1, 2), "3@2 noop"], ["5@2 noop"]],
      ["4@2", "5@2"],
    ],
    ["in the hole at its end, as the promise file says", losing(cut, 5, 6, 7), [], ["5@2"]],
    ["in one of two holes", losing(cut, 2, 5), [["4@2 noop", "5@2 noop"]], ["3@2", "5@2"]],
  ])("%s", (_title, files, pieces, marks) => {
    expect(opened(files).salvage).toEqual([{ pieces, marks }]);
  });

  test("by a snapshot that was received: what was before it is left out", () => {
    const batches = [
      ...STEPS.slice(0, 3),
      [install(9, 1), append(noop(10, 1))],
      [append(noop(11, 1))],
    ];
    const files = filesOf(diskWith([...batches, [append(noop(12, 1))]], SMALL));
    expect(opened(losing(files, 5)).salvage).toEqual([
      { pieces: [["10@1 noop"], ["12@1 noop"]], marks: ["9@1", "11@1", "12@1"] },
    ]);
  });
});

type Damage =
  | { readonly type: "flip" | "zeros" | "cut"; readonly at: number; readonly bytes: number }
  | { readonly type: "missing"; readonly at: number };

/** Damages one of the segments. */
function damaged(files: Files, { at, ...damage }: Damage): Files {
  const names = Object.keys(files).filter(isSegmentName);
  const sizes = names.map((name) => files[name]?.length ?? 0);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === 0) return files;
  let rest = at % total;
  const place = sizes.findIndex((size) => (rest < size ? true : ((rest -= size), false)));
  const name = names[place] ?? "";
  if (damage.type === "missing") return without(files, name);
  const bad = (files[name] ?? new Uint8Array()).slice();
  if (damage.type === "cut") return { ...files, [name]: bad.slice(0, rest) };
  if (damage.type === "zeros") bad.fill(0, rest, rest + damage.bytes);
  else bad[rest] = (bad[rest] ?? 0) ^ (1 << (damage.bytes % 8));
  return { ...files, [name]: bad };
}

const DAMAGE = fc.oneof(
  fc.record({
    type: fc.constantFrom("flip" as const, "flip" as const, "zeros" as const, "cut" as const),
    at: fc.nat(),
    bytes: fc.integer({ min: 1, max: 300 }),
  }),
  fc.record({ type: fc.constant("missing" as const), at: fc.nat() }),
);

test("of any log, however it is damaged, is exactly what certainly belongs to its last durable state", () => {
  fc.assert(
    fc.property(
      batchesOf({ max: 25 }),
      fc.constantFrom(1, 300, 600, 100_000),
      fc.array(DAMAGE, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (batches, segmentBytes, damages, isPromised) => {
        const log = lived(batches, segmentBytes);
        const files = damages.reduce(damaged, log.files);
        checkDamaged(log, isPromised ? files : without(files, PROMISE_NAME));
      },
    ),
    { numRuns: Number(process.env["KONTIKI_SALVAGE_RUNS"] ?? 500) },
  );
}, 600_000);
