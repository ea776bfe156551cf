/** What crosses threads as bytes: there and back it is the same, and whatever else comes is refused, not believed. */
import type { Message } from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, encode, encodeShared } from "../../packages/actors/src/codec.ts";
import { HEADER_BYTES } from "../../packages/actors/src/command.ts";
import { FrameError, packFrames, unpackFrames } from "../../packages/actors/src/frames.ts";
import type { CommandBytes } from "../../packages/actors/src/storage.ts";
import { WireError } from "../../packages/actors/src/wire-message.ts";
import {
  decodeParcel,
  encodeParcel,
  openParcel,
  type Parcel,
} from "../../packages/actors/src/wire.ts";
import { commandOf, n1, n2 } from "../support/actors.ts";
import {
  appendAccepted,
  appendEntries,
  appendRejected,
  noop,
  requestVote,
  voteReply,
} from "../support/core.ts";

const number = fc.oneof(fc.nat(300), fc.nat(2 ** 40), fc.constant(Number.MAX_SAFE_INTEGER));
const bytes = fc.uint8Array({ maxLength: 40 });
const command = fc.uint8Array({ minLength: HEADER_BYTES, maxLength: 40 });

const append = fc
  .record({
    prevIndex: fc.oneof(fc.nat(300), fc.nat(2 ** 40)),
    prevTerm: number,
    term: number,
    commit: number,
    entries: fc.array(fc.tuple(fc.nat(3), fc.option(command)), { maxLength: 6 }),
  })
  .map(({ prevIndex, prevTerm, entries, term, commit }) => ({
    ...appendEntries(term, { after: [prevIndex, prevTerm], commit }),
    entries: entries.map(([inTerm, content], at) =>
      content === null
        ? noop(prevIndex + at + 1, inTerm)
        : { ...noop(prevIndex + at + 1, inTerm), type: "command", command: content },
    ),
  }));

const message = fc.oneof(
  fc
    .record({ term: number, lastIndex: number, lastTerm: number })
    .map(({ term, ...last }) => requestVote(term, last)),
  fc.tuple(number, fc.boolean()).map(([term, granted]) => voteReply(term, granted)),
  append,
  fc.tuple(number, number).map(([term, match]) => appendAccepted(term, match)),
  fc
    .record(
      { prevIndex: number, conflictTerm: number, conflictIndex: number },
      { requiredKeys: ["prevIndex", "conflictIndex"] },
    )
    .map((where) => appendRejected(1, where)),
) as fc.Arbitrary<Message<CommandBytes>>;

const parcel: fc.Arbitrary<Parcel> = fc.oneof(
  fc.array(message, { maxLength: 4 }).map((messages): Parcel => ({ type: "raft", messages })),
  fc.record({
    type: fc.constant("propose" as const),
    id: number,
    commands: fc.array(command, { maxLength: 4 }),
  }),
  fc.array(fc.tuple(number, bytes), { maxLength: 4 }).map((pairs): Parcel => ({
    type: "answers",
    sequences: pairs.map(([sequence]) => sequence),
    results: pairs.map(([, result]) => result),
  })),
  fc.record({
    type: fc.constant("refused" as const),
    id: number,
    leader: fc.constantFrom(n1, n2, undefined),
  }),
);

/** Byte strings as plain arrays: whether they are buffers or views of some does not matter. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}

describe("a parcel", () => {
  test("is the same there and back, in a buffer of its own", () => {
    fc.assert(
      fc.property(parcel, (one) => {
        const packed = encodeParcel(one);
        expect([packed.byteOffset, packed.buffer.byteLength]).toEqual([0, packed.byteLength]);
        expect(plain(decodeParcel(packed))).toEqual(plain(one));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("survives the transfer of others: none shares its memory (pitfall)", () => {
    const sent = encodeParcel({ type: "refused", id: 1, leader: n1 });
    const kept = encodeParcel({ type: "refused", id: 2, leader: n2 });
    structuredClone(sent, { transfer: [sent.buffer] });
    expect(sent.byteLength).toBe(0);
    expect(decodeParcel(kept)).toEqual({ type: "refused", id: 2, leader: n2 });
  });

  test("of a view into a larger buffer is read from there only", () => {
    const packed = encodeParcel({ type: "propose", id: 3, commands: [commandOf(1, "a")] });
    const larger = new Uint8Array(packed.length + 20).fill(0xc1);
    larger.set(packed, 7);
    const view = larger.subarray(7, 7 + packed.length);
    expect(plain(decodeParcel(view))).toEqual(plain(decodeParcel(packed)));
  });

  /** What comes of bytes: a parcel that can be packed again, or nothing. Anything else is thrown. */
  function survives(some: Uint8Array): void {
    const opened = openParcel(some);
    if (opened !== undefined) encodeParcel(opened);
  }

  test("of random bytes is a parcel or a WireError, never anything else", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), survives), { seed: 2, numRuns: 2000 });
  });

  test("with any byte changed, or cut anywhere, is a parcel or a WireError; the next one is not harmed", () => {
    const whole = encodeParcel({ type: "refused", id: 1, leader: n1 });
    fc.assert(
      fc.property(parcel, fc.integer({ min: 1, max: 255 }), (one, flip) => {
        const packed = encodeParcel(one);
        for (let at = 0; at < packed.length; at += 1) {
          const bad = packed.slice();
          bad[at] = (bad[at] ?? 0) ^ flip;
          survives(bad);
          survives(packed.subarray(0, at));
        }
        expect(decodeParcel(whole)).toEqual({ type: "refused", id: 1, leader: n1 });
      }),
      { seed: 3, numRuns: 30 },
    );
  });

  test.each<[string, unknown]>([
    ["no array", { 0: 0, 1: [] }],
    ["an unknown kind", [4, 1, null]],
    ["no kind", []],
    ["messages that are no array", [0, "all"]],
    ["a message that is no array", [0, [7]]],
    ["a message of an unknown kind", [0, [[5, 1]]]],
    ["a vote that is neither given nor not", [0, [[1, 1, 1]]]],
    ["a term below 0", [0, [[3, -1, 1]]]],
    ["half an index", [0, [[3, 1, 0.5]]]],
    ["an index that is text", [0, [[3, 1, "1"]]]],
    ["a term over 2^53", [0, [[3, 2 ** 53, 1]]]],
    ["entries without frames", [0, [[2, 1, 0, 0, 0, [1, 1], null]]]],
    ["fewer frames than entries", [0, [[2, 1, 0, 0, 0, [1, 2], packFrames([undefined])]]]],
    [
      "more frames than entries",
      [0, [[2, 1, 0, 0, 0, [1, 1], packFrames([undefined, undefined])]]],
    ],
    [
      "entries beyond the last index",
      [0, [[2, 1, 2 ** 53 - 1, 0, 0, [1, 1], packFrames([undefined])]]],
    ],
    [
      "an entry with a command too short for its header",
      [0, [[2, 1, 0, 0, 0, [1, 1], packFrames([new Uint8Array(15)])]]],
    ],
    [
      "an entry with a command over the limit",
      [0, [[2, 1, 0, 0, 0, [1, 1], packFrames([new Uint8Array(2 ** 22 + 1)])]]],
    ],
    ["a command too short for its header", [1, 1, packFrames([new Uint8Array(15)])]],
    ["a command over the limit", [1, 1, packFrames([new Uint8Array(2 ** 22 + 1)])]],
    ["a proposal of nothing, not even an empty command", [1, 1, packFrames([undefined])]],
    ["a proposal with half a number", [1, 1.5, packFrames([])]],
    ["answers to other than numbers", [2, ["1"], packFrames([new Uint8Array(1)])]],
    ["more answers than numbers", [2, [], packFrames([new Uint8Array(1)])]],
    ["a leader that cannot be one", [3, 1, "No Node"]],
  ])("refuses %s", (_title, wire) => {
    expect(() => decodeParcel(encode(wire))).toThrow(WireError);
    expect(openParcel(encode(wire))).toBe(undefined);
  });

  test("with bytes behind its end is refused", () => {
    const packed = encodeParcel({ type: "refused", id: 1, leader: n1 });
    expect(() => decodeParcel(Uint8Array.from([...packed, 0]))).toThrow(WireError);
  });
});

describe("frames", () => {
  const parts = fc.array(fc.option(bytes, { nil: undefined }), { maxLength: 6 });

  test("are the same there and back, empty ones and none at all told apart", () => {
    fc.assert(
      fc.property(parts, (some) => {
        expect(plain(unpackFrames(packFrames(some)))).toEqual(plain(some));
      }),
      { seed: 4 },
    );
    expect(plain(unpackFrames(packFrames([undefined, new Uint8Array()])))).toEqual([
      undefined,
      { bytes: [] },
    ]);
  });

  test("are views of the block, also of one that lies inside another", () => {
    const block = packFrames([Uint8Array.of(1, 2)]);
    const outer = new Uint8Array(block.length + 3);
    outer.set(block, 3);
    const [frame] = unpackFrames(outer.subarray(3));
    expect([frame?.buffer === outer.buffer, plain(frame)]).toEqual([true, { bytes: [1, 2] }]);
  });

  test("cut anywhere but between two are refused", () => {
    const block = packFrames([Uint8Array.of(1, 2), undefined, new Uint8Array()]);
    const cuts = Array.from(block, (_, at) => {
      try {
        return unpackFrames(block.subarray(0, at)).length;
      } catch (error) {
        return error instanceof FrameError ? "refused" : error;
      }
    });
    const refused = (count: number): string[] => Array<string>(count).fill("refused");
    expect(cuts).toEqual([0, ...refused(5), 1, ...refused(3), 2, ...refused(3)]);
  });
});

describe("the codec", () => {
  const data = fc.anything({
    values: [fc.boolean(), fc.integer(), fc.double(), fc.string(), fc.constant(null)],
  });

  test("gives plain data back", () => {
    for (const value of [
      null,
      true,
      -1,
      1.5,
      2 ** 53 - 1,
      "ü€😀",
      [],
      [[1, [2]]],
      { a: { b: [] } },
      "",
    ])
      expect(decode(encode(value))).toEqual(value);
    expect(plain(decode(encode(Uint8Array.of(1, 2))))).toEqual({ bytes: [1, 2] });
  });

  test("encodes into a buffer of its own whatever the size, fit to be transferred", () => {
    for (const size of [0, 1, 100, 8192, 65_536, 1_000_000]) {
      const packed = encode(new Uint8Array(size));
      expect(packed.buffer.byteLength).toBe(packed.length);
      structuredClone(packed, { transfer: [packed.buffer] });
      expect(plain(decode(encode([size])))).toEqual([size]);
    }
  });

  test("never touches again what it encoded into a shared buffer, nor the room before it", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(data, fc.nat(255), fc.nat(255)), { maxLength: 50 }), (some) => {
        const packed = some.map(([value, room, mark]) => {
          const shared = encodeShared(value, room).fill(mark, 0, room);
          return { shared, copy: Uint8Array.from(shared), room, value };
        });
        for (const { shared, copy, room, value } of packed) {
          expect(Buffer.compare(shared, copy)).toBe(0);
          expect(Buffer.compare(shared.subarray(room), encode(value))).toBe(0);
        }
      }),
      { seed: 5, numRuns: 50 },
    );
  });

  test("goes on in a new buffer when one is full, for values larger than any of them too", () => {
    const sizes = [60_000, 10, 60_000, 200_000, 10, 10_000, 10_000, 10_000, 10_000];
    const packed = sizes.map((size, at) => encodeShared(new Uint8Array(size).fill(at), 16));
    for (const [at, shared] of packed.entries())
      expect(plain(decode(shared.subarray(16)))).toEqual({ bytes: Array(sizes[at]).fill(at) });
  });

  test("is not harmed by what cannot be encoded", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => encodeShared(circle)).toThrow(RangeError);
    expect(() => encode(Symbol("no"))).toThrow();
    expect(decode(encodeShared([1, "a"]))).toEqual([1, "a"]);
    expect(decode(encode([1, "a"]))).toEqual([1, "a"]);
  });

  test("leaves room for 0 to 255 bytes, not more", () => {
    expect(() => encodeShared(1, 256)).toThrow("room for 256 bytes; the most is 255");
  });
});
