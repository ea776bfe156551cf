/** The promise file: it may be old or lost, and what it says is true. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  losePower,
  type MemoryDisk,
} from "../../../../packages/actors/src/storage/disk/memory-disk.ts";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal, hasWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import { PROMISE_NAME, readPromise } from "../../../../packages/actors/src/storage/wal/promise.ts";
import { segmentName } from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { batchesOf } from "../../support/storage/arbitraries.ts";
import {
  flipped,
  offsets,
  opened,
  refusal,
  without,
  type Files,
} from "../../support/storage/damage.ts";
import { CuttingDisk, filesOf, memoryDisk, PowerLoss } from "../../support/storage/disks.ts";
import {
  append,
  command,
  contentsAfter,
  hardState,
  noop,
  truncate,
  type Batch,
} from "../../support/storage/model.ts";
import { contentOn, diskWith, live } from "../../support/storage/writing.ts";
import { messageOf } from "../../../../packages/actors/src/errors.ts";

const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1), command(2, 1, "a"))],
  [append(command(3, 1, "b"))],
  [hardState(2, "n2"), truncate(2), append(noop(3, 2))],
];
const FIRST = segmentName(1);
const SECOND_COPY = 4096;
const NONE = new Uint8Array();

const files = filesOf(diskWith(BATCHES));
const older = filesOf(diskWith(BATCHES.slice(0, 2)));
const { [PROMISE_NAME]: promise = NONE } = files;
const { [PROMISE_NAME]: olderPromise = NONE } = older;

const bothBad = flipped(flipped(promise, 30), SECOND_COPY + 30);

/** What people learn about a damaged promise file. */
function told(what: string): string {
  return `the promise file is damaged: memory:promise: ${what}; a log that was cut off at its end would not be noticed; kept as promise.damaged-1`;
}

/** A promise file with these two copies. */
function copies(first: Uint8Array, second: Uint8Array): Uint8Array {
  return Uint8Array.from([...first.slice(0, SECOND_COPY), ...second.slice(SECOND_COPY)]);
}

test("records the last durable batch, with what the log is after it", () => {
  expect(readPromise(memoryDisk(files))).toEqual({
    end: {
      sequence: 3,
      crc: Buffer.from(files[FIRST] ?? NONE).readUInt32LE((offsets(files[FIRST])[2] ?? 0) + 4),
    },
    state: {
      hard: { term: 2, votedFor: "n2" },
      last: { index: 3, term: 2 },
      horizon: undefined,
      before: { last: { index: 3, term: 2 }, cuts: 1 },
    },
  });
});

describe("the newer of its copies that are intact is read", () => {
  const sequence = (bytes: Uint8Array): number | undefined =>
    readPromise(memoryDisk({ [PROMISE_NAME]: bytes }))?.end.sequence;

  test.each<[string, Uint8Array, number | undefined]>([
    ["both", promise, 3],
    ["the first, if the second is damaged", flipped(promise, SECOND_COPY + 30), 3],
    ["the second, if the first is damaged", flipped(promise, 30), 3],
    ["the first, if the second is older", copies(promise, olderPromise), 3],
    ["the second, if the first is older", copies(olderPromise, promise), 3],
    ["the older, if the newer is damaged", copies(flipped(promise, 30), olderPromise), 2],
    ["none, if both are damaged", flipped(flipped(promise, 30), SECOND_COPY + 30), undefined],
    ["the first, if the file is cut off", promise.slice(0, SECOND_COPY), 3],
    ["none, if it is empty", NONE, undefined],
    ["none, if it was only created", new Uint8Array(promise.length), undefined],
  ])("%s", (_title, bytes, expected) => {
    expect(sequence(bytes)).toBe(expected);
  });

  test("any flipped bit of a copy is found", () => {
    for (let at = 0; at < 130; at += 1)
      for (let bit = 0; bit < 8; bit += 1) {
        const bad = copies(promise, olderPromise);
        bad[at] = (bad[at] ?? 0) ^ (1 << bit);
        // After its end a copy has zeros, which mean nothing.
        expect([2, 3]).toContain(sequence(bad));
        if (at < 80) expect(sequence(bad)).toBe(2);
      }
  });
});

describe("a log whose last batch is bad", () => {
  const bad = flipped(files[FIRST], (files[FIRST]?.length ?? 0) - 1);

  test.each<[string, Uint8Array | undefined, string | undefined]>([
    ["an older promise file", olderPromise, undefined],
    ["no promise file", undefined, undefined],
    ["a promise file that is damaged", bothBad, told("neither copy in it is intact")],
  ])("counts as torn with %s: nothing shows that it was durable", (_title, bytes, told) => {
    const all: Files = { ...files, [FIRST]: bad };
    const { content, damage } = opened(
      bytes === undefined ? without(all, PROMISE_NAME) : { ...all, [PROMISE_NAME]: bytes },
    );
    expect([content, damage]).toEqual([contentsAfter(BATCHES)[2], told]);
  });

  test("is damaged with one intact copy", () => {
    const { content } = opened({ ...files, [FIRST]: bad, [PROMISE_NAME]: flipped(promise, 30) });
    expect(content).toEqual({
      ...contentsAfter(BATCHES)[2],
      hard: { term: 2, votedFor: "n2" },
      horizon: { index: 3, term: 2 },
    });
  });
});

test.each<[string, Uint8Array, string]>([
  ["cut off", promise.slice(0, 100), "it has 100 bytes, not 4608"],
  ["empty", NONE, "it has 0 bytes, not 4608"],
  ["too long", Uint8Array.from([...promise, 0]), "it has more than 4608 bytes"],
  ["bad in both copies", bothBad, "neither copy in it is intact"],
])("one that is %s is kept, and another one is written", (_title, bytes, what) => {
  const disk = memoryDisk({ ...files, [PROMISE_NAME]: bytes });
  const { recovered, storage } = openStorage(disk);
  storage.close();
  expect(recovered.damage).toBe(told(what));
  expect(filesOf(disk)).toEqual({ ...files, [`${PROMISE_NAME}.damaged-1`]: bytes });
  expect(opened(filesOf(disk)).damage).toBeUndefined();
});

test.each<[string, Uint8Array]>([
  ["one copy that is torn", flipped(promise, 30)],
  ["nothing but zeros, as it is created", new Uint8Array(promise.length)],
])("one with %s is not damaged: a power loss leaves that", (_title, bytes) => {
  expect(opened({ ...files, [PROMISE_NAME]: bytes }).damage).toBeUndefined();
});

test("an old promise file does no harm to an intact log, and is written again", () => {
  const disk = memoryDisk({ ...files, [PROMISE_NAME]: olderPromise });
  expect(contentOn(disk)).toEqual(contentsAfter(BATCHES).at(-1));
  expect(readPromise(disk)?.end.sequence).toBe(3);
});

describe("a promise file of another log is refused: what this node has promised is not known", () => {
  const more = [append(command(4, 2, "c"))];
  const [a, b] = [[append(noop(1, 1))], [append(command(2, 1, "a"))]];

  test.each<[string, readonly Batch[], string]>([
    [
      "with another batch of the same number",
      [...BATCHES.slice(0, 2), [truncate(2)]],
      "another batch 3",
    ],
    [
      "with an older term",
      [[hardState(1, "n1")], a, b, [append(command(3, 1, "b"))]],
      "term 1 after the log had term 2",
    ],
    [
      "with another vote",
      [...BATCHES.slice(0, 2), [hardState(2, "n3"), truncate(2), append(noop(3, 2))], more],
      "another vote in term 2 than the log",
    ],
    [
      "with fewer entries",
      [[hardState(2, "n2")], a, [truncate(0)], [append(noop(1, 2))]],
      "a log that ended at entry 1 after it had entry 3",
    ],
    [
      "with fewer cuts",
      [[hardState(2, "n2")], a, b, [append(noop(3, 2)), ...more]],
      "a log that ended at entry 4 after it had entry 3",
    ],
  ])("%s", (_title, batches, what) => {
    const { [PROMISE_NAME]: other = NONE } = filesOf(diskWith(batches));
    expect(refusal({ ...files, [PROMISE_NAME]: other })).toEqual([
      "memory:promise",
      0,
      expect.stringContaining(`byte 0: it is not of this log: it records ${what}. The promises of`),
    ]);
  });

  test("also if the log has gone on since with batches of its own", () => {
    const longer = filesOf(diskWith([...BATCHES, more, [append(command(5, 2, "d"))]]));
    const others = filesOf(diskWith([...BATCHES.slice(0, 2), [append(command(4, 1, "e"))]]));
    const what = "byte 0: it is not of this log: it records another batch 3. The promises of";
    const refused = ["memory:promise", 0, expect.stringContaining(what)];
    const mixed = { ...longer, [PROMISE_NAME]: others[PROMISE_NAME] ?? NONE };
    expect(refusal(mixed)).toEqual(refused);
    const damaged = flipped(longer[FIRST], offsets(longer[FIRST])[1] ?? 0);
    expect(refusal({ ...mixed, [FIRST]: damaged })).toEqual(refused);
    expect(opened({ ...longer, [PROMISE_NAME]: promise }).damage).toBeUndefined();
  });

  test("but not one that records what this log may have become", () => {
    const { [PROMISE_NAME]: later = NONE } = filesOf(diskWith([...BATCHES, more]));
    expect(opened({ ...files, [PROMISE_NAME]: later }).content.horizon).toEqual({
      index: 4,
      term: 2,
    });
  });
});

describe("a promise file that names whose log it is", () => {
  const [OWN, OTHER] = ["disk 0 of n1 of cluster c", "disk 0 of n2 of cluster c"];
  /** One that this log could have become, by all that it records: it was cut more often. */
  const others: readonly Batch[] = [
    ...BATCHES.slice(0, 2),
    [truncate(2)],
    [hardState(3, "n2"), truncate(1), append(noop(2, 3))],
  ];
  const kept = (batches: readonly Batch[], owner?: string): Uint8Array => {
    const disk = diskWith(batches);
    openStorage(disk, {}, owner).storage.close();
    return disk.read(PROMISE_NAME);
  };
  const found = (bytes: Uint8Array, owner?: string): unknown => {
    const disk = memoryDisk({ ...files, [PROMISE_NAME]: bytes });
    const before = filesOf(disk);
    try {
      const { recovered, storage } = openStorage(disk, {}, owner);
      storage.close();
      return recovered.damage ?? "intact";
    } catch (cause) {
      expect(filesOf(disk)).toEqual(before);
      return messageOf(cause);
    }
  };

  test("is refused in the folder of another one, however it came to be there", () => {
    const refused = expect.stringContaining(
      `memory:promise, byte 0: it is of the log of ${OTHER}, and this is the folder of ${OWN}. The promises of`,
    ) as string;
    const all = [others, BATCHES, BATCHES.slice(0, 2)].map((batches) => kept(batches, OTHER));
    expect(all.map((bytes) => found(bytes, OWN))).toEqual([refused, refused, refused]);
  });

  test("is used in its own, and one that names nobody in any", () => {
    expect(found(kept(BATCHES, OWN), OWN)).toBe("intact");
    expect(found(kept(BATCHES, OWN))).toBe("intact");
    expect(found(promise, OWN)).toBe("intact");
    expect(found(kept(others), OWN)).toContain("the last write, which had succeeded, is bad or");
  });

  test("holds what an earlier version reads, where it reads it", () => {
    const [named, nameless] = [kept(BATCHES, OWN), promise].map((bytes) => Buffer.from(bytes));
    const length = promise[24] ?? 0;
    // All but the checksum and the length, after which the name comes.
    for (const [from, to] of [
      [0, 4],
      [8, 24],
      [28, 28 + length],
    ])
      expect(named?.subarray(from, to)).toEqual(nameless?.subarray(from, to));
    expect(named?.length).toBe(nameless?.length);
  });

  test("survives damage of its log: it is set aside with it, and the next one names the owner too", () => {
    const disk = memoryDisk({ ...files, [PROMISE_NAME]: kept(BATCHES, OWN), [FIRST]: NONE });
    openStorage(disk, {}, OWN).storage.close();
    expect(readPromise(disk)?.owner).toBe(OWN);
    expect(readPromise(disk, `${PROMISE_NAME}.damaged-1`)?.owner).toBe(OWN);
  });
});

test("a disk with only a promise file holds a log, which is not created again", () => {
  expect(hasWal(memoryDisk({ [PROMISE_NAME]: promise }))).toBe(true);
  expect(hasWal(memoryDisk({ "node.json": promise }))).toBe(false);
});

function isEnd(cause: unknown): boolean {
  return cause instanceof PowerLoss;
}

/** The number of the last batch that a log really holds. */
function lastOf(disk: MemoryDisk): number {
  const copy = memoryDisk(without(filesOf(disk), PROMISE_NAME));
  openStorage(copy).storage.close();
  return readPromise(copy)?.end.sequence ?? 0;
}

test("is never ahead of the log, wherever power fails", () => {
  fc.assert(
    fc.property(
      batchesOf({ max: 4 }),
      fc.constantFrom(1, 500),
      fc.infiniteStream(fc.nat()),
      (batches, segmentBytes, chance) => {
        for (let budget = 0, finished = false; !finished; budget += 1) {
          const disk = memoryDisk();
          createWal(disk);
          const [, synced] = live(new CuttingDisk(disk, budget), batches, segmentBytes, isEnd);
          finished = synced === batches.length;
          losePower(disk.files(), (_name, bytes) => chance.next().value % (bytes + 1));
          const promised = readPromise(disk)?.end.sequence ?? 0;
          expect(promised).toBeLessThanOrEqual(lastOf(disk));
          expect(openStorage(disk).recovered.damage).toBeUndefined();
        }
      },
    ),
    { numRuns: 20 },
  );
}, 60_000);
