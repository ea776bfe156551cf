/** Runs of commands: what is packed is unpacked, and what lies is refused. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { setUint32 } from "../../../packages/actors/src/bytes/big-endian.ts";
import { decode } from "../../../packages/actors/src/bytes/codec.ts";
import { viewOf, type Slice } from "../../../packages/actors/src/bytes/slice.ts";
import {
  COMMAND_BYTES_MAX,
  commandOf,
  DISTANCE_MAX,
  encodeCommand,
  openingCommand,
  SEQUENCE_MAX,
} from "../../../packages/actors/src/sessions/command.ts";
import {
  commandsIn,
  eachCommand,
  isCommand,
  RUN_BYTES_MAX,
  RUN_COMMANDS_MAX,
  RunPacker,
} from "../../../packages/actors/src/sessions/run.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { runOf } from "../support/runs.ts";

const MAX_48 = 2 ** 48 - 1;

/** A value of this many bytes, which are all the same. */
function sized(size: number, fill = 7): Slice {
  const bytes = new Uint8Array(4 + size).fill(fill);
  setUint32(bytes, 0, size);
  return { bytes, from: 4, to: 4 + size };
}

type Given = readonly [client: number, sequence: number, payload: Slice];

/** Packs commands in order, as a client does. */
function packed(given: readonly Given[], floor = 1): CommandBytes[] {
  const packer = new RunPacker();
  const runs: CommandBytes[] = [];
  const end = (): void => {
    const run = packer.end(floor);
    if (run !== undefined) runs.push(run);
  };
  for (const [client, sequence, payload] of given) {
    if (!packer.takes(client, sequence, payload)) end();
    packer.add(client, sequence, payload);
  }
  end();
  return runs;
}

/** Commands from number 1 on with payloads of these sizes. */
function ofSizes(...sizes: readonly number[]): readonly Given[] {
  return sizes.map((size, at) => [1, at + 1, sized(size, at)]);
}

/** How many commands are in each run. */
function counts(runs: readonly CommandBytes[]): number[] {
  expect(runs.every(isCommand)).toBe(true);
  return runs.map(commandsIn);
}

describe("packing", () => {
  test("gives back each command with its session, number, floor and payload", () => {
    const step = fc.record({
      client: fc.constantFrom(0, 5, MAX_48),
      gap: fc.constantFrom(0, 0, 0, 0, 1, 1000),
      payload: fc.oneof(
        fc.string({ maxLength: 40 }).map((text) => encodeCommand(text)),
        fc.nat(300).map((size) => sized(size)),
      ),
    });
    const first = fc.oneof(fc.nat(9), fc.nat(2 ** 46));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), first, fc.nat(9), (steps, base, behind) => {
        let sequence = base + 1;
        const given = steps.map(({ client, gap, payload }): Given => {
          sequence += gap;
          return [client, sequence++, payload];
        });
        const floor = Math.max(1, base + 1 - behind);
        const runs = packed(given, floor);
        expect(runs.every(isCommand)).toBe(true);
        expect(runs.flatMap(eachCommand)).toEqual(
          given.map(([client, number, payload]) => ({
            client,
            sequence: number,
            floor,
            payload: new Uint8Array(viewOf(payload)),
          })),
        );
      }),
      { seed: 14 },
    );
  });

  test("puts consecutive numbers of one session together, and nothing else", () => {
    const payload = encodeCommand("x");
    const given: Given[] = [
      [1, 1, payload],
      [1, 2, payload],
      [1, 4, payload],
      [2, 5, payload],
      [2, 6, payload],
      [2, 7, payload],
    ];
    expect(counts(packed(given))).toEqual([2, 1, 3]);
  });

  test("copies what was encoded one after the other, and what was not, to the same bytes", () => {
    const values = ["a", "b".repeat(70), "c".repeat(100_000), "d", { e: [1, 2] }];
    const together = packed(values.map((value, at) => [1, at + 1, encodeCommand(value)]));
    const apart = packed(
      values.map((value, at) => {
        const slice = encodeCommand(value);
        encodeCommand("something else");
        return [1, at + 1, slice];
      }),
    );
    expect(together).toEqual(apart);
    expect(together.flatMap(eachCommand).map(({ payload }) => decode(payload))).toEqual(values);
  });

  test("a command alone is a header and its payload: what an earlier version wrote", () => {
    const [alone] = packed([[3, 9, encodeCommand(5)]], 7);
    const header = [0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 9, 0, 0, 0, 2];
    expect([...(alone ?? [])]).toEqual([...header, 5]);
  });

  test("a run is a marked header, a count, and each length with its payload", () => {
    const [run] = packed(
      [
        [3, 9, encodeCommand(5)],
        [3, 10, encodeCommand("a")],
      ],
      7,
    );
    const header = [0, 0, 0, 0, 0, 3, 0x80, 0, 0, 0, 0, 9, 0, 0, 0, 2];
    const commands = [
      [0, 0, 0, 2],
      [0, 0, 0, 1, 5],
      [0, 0, 0, 2, 0xa1, 0x61],
    ];
    expect([...(run ?? [])]).toEqual([...header, ...commands.flat()]);
  });
});

describe("the bounds of a run", () => {
  test("1,024 commands", () => {
    const sizes = (count: number): readonly Given[] =>
      ofSizes(...Array.from({ length: count }, () => 1));
    expect(counts(packed(sizes(RUN_COMMANDS_MAX)))).toEqual([1024]);
    expect(counts(packed(sizes(RUN_COMMANDS_MAX + 1)))).toEqual([1024, 1]);
    expect(counts(packed(sizes(2 * RUN_COMMANDS_MAX + 2)))).toEqual([1024, 1024, 2]);
  });

  test("256 KiB, to the byte", () => {
    // A header of 20 bytes, and 4 before each payload.
    const rest = RUN_BYTES_MAX - 20 - 8;
    const runs = packed(ofSizes(100, rest - 100));
    expect([counts(runs), runs.map(({ length }) => length)]).toEqual([[2], [RUN_BYTES_MAX]]);
    expect(counts(packed(ofSizes(100, rest - 99)))).toEqual([1, 1]);
  });

  test("a larger command is alone, up to the limit of a command", () => {
    const largest = COMMAND_BYTES_MAX - 16;
    expect(counts(packed(ofSizes(1, largest, 1, 1)))).toEqual([1, 1, 2]);
  });
});

describe("what is refused", () => {
  const good = (): Uint8Array<ArrayBuffer> => new Uint8Array(runOf(1, ["a", "bc", "def"]));
  const changed = (change: (run: Uint8Array) => void): Uint8Array => {
    const run = good();
    change(run);
    return run;
  };

  test.each<readonly [string, Uint8Array]>([
    ["a count of none", changed((run) => setUint32(run, 16, 0))],
    ["a count of one", changed((run) => setUint32(run, 16, 1))],
    ["a count too low", changed((run) => setUint32(run, 16, 2))],
    ["a count too high", changed((run) => setUint32(run, 16, 4))],
    ["the highest count", changed((run) => setUint32(run, 16, 0xffff_ffff))],
    ["a length too low", changed((run) => setUint32(run, 20, 1))],
    ["a length too high", changed((run) => setUint32(run, 20, 3))],
    ["a length up to the end", changed((run) => setUint32(run, 20, run.length - 24))],
    ["a length past the end", changed((run) => setUint32(run, 20, 0xffff_ffff))],
    ["the last length too high", changed((run) => setUint32(run, run.length - 8, 5))],
    ["no first number", changed((run) => run.fill(0, 7, 12))],
    ["a last number past the highest", changed((run) => run.fill(0xff, 6, 12))],
    ["bytes that are cut off", good().subarray(0, -1)],
    ["bytes after the end", Uint8Array.of(...good(), 0)],
    ["a number too far above the floor", changed((run) => setUint32(run, 12, DISTANCE_MAX + 1))],
    ["only a header", good().subarray(0, 16)],
    ["only a header and a count", good().subarray(0, 20)],
  ])("%s", (_title, bytes) => {
    expect(isCommand(bytes)).toBe(false);
    // A reader stays within the bytes all the same.
    expect(eachCommand(bytes).length).toBeLessThan(10);
  });

  test("a command whose number is farther above its floor than nodes have room for", () => {
    const far = (sequence: number): CommandBytes =>
      commandOf({ client: 1, sequence, floor: 1 }, encodeCommand("a"));
    const farthest = far(DISTANCE_MAX + 1);
    expect(isCommand(farthest)).toBe(true);
    expect(eachCommand(far(DISTANCE_MAX + 5))).toMatchObject([{ floor: 5 }]);
    const farther = new Uint8Array(farthest);
    setUint32(farther, 12, DISTANCE_MAX + 1);
    expect(isCommand(farther)).toBe(false);
    // Instead of a distance this has the index that the log has reached.
    expect(isCommand(openingCommand(1, 0xffff_ffff))).toBe(true);
  });

  test("any byte of a length or a count that is different", () => {
    const run = good();
    const places = [16, 17, 18, 19, 20, 21, 22, 23, 26, 27, 28, 29];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.integer({ min: 1, max: 255 }), (place, by) => {
        const other = new Uint8Array(run);
        other[place] = (run[place] ?? 0) ^ by;
        expect(isCommand(other)).toBe(false);
      }),
      { seed: 14 },
    );
  });

  test("more commands and more bytes than a run may have", () => {
    const many = new Uint8Array(20 + 4 * (RUN_COMMANDS_MAX + 1));
    many.set(good().subarray(0, 16));
    setUint32(many, 16, RUN_COMMANDS_MAX + 1);
    const most = new Uint8Array(20 + 4 * RUN_COMMANDS_MAX);
    most.set(good().subarray(0, 16));
    setUint32(most, 16, RUN_COMMANDS_MAX);
    const long = new Uint8Array(RUN_BYTES_MAX + 1);
    long.set(good().subarray(0, 16));
    setUint32(long, 16, 2);
    setUint32(long, 20, RUN_BYTES_MAX + 1 - 28);
    expect([most, many, long].map(isCommand)).toEqual([true, false, false]);
  });
});

test("an entry that opens a session holds no command", () => {
  expect(commandsIn(openingCommand(5, 9))).toBe(0);
  expect(eachCommand(openingCommand(5, 9))).toMatchObject([{ client: 5, sequence: 0 }]);
});

test("the highest number of a command is that of the last in a run", () => {
  const payload = encodeCommand(0);
  const runs = packed([
    [1, SEQUENCE_MAX - 1, payload],
    [1, SEQUENCE_MAX, payload],
  ]);
  expect(counts(runs)).toEqual([2]);
});
