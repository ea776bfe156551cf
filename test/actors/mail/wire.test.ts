/** Mail between threads as bytes: it is decoded unchanged, and anything else is rejected. */
import { crc32 } from "node:zlib";
import {
  index,
  initialMembership,
  nodeId,
  type Membership,
  type Message,
  term,
  type Snapshot,
} from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import { decode, encode, encodeShared } from "../../../packages/actors/src/bytes/codec.ts";
import { HEADER_BYTES } from "../../../packages/actors/src/sessions/command.ts";
import { encodeFields } from "../../../packages/actors/src/mail/encode-fields.ts";
import { FrameError, Frames, unpackFrames } from "../../../packages/actors/src/mail/frames.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { WireError } from "../../../packages/actors/src/mail/wire-fields.ts";
import {
  MEMBERS_MAX,
  membershipToWire,
} from "../../../packages/actors/src/mail/wire-membership.ts";
import {
  decodeParcel,
  encodeParcel,
  openParcel,
  type Parcel,
} from "../../../packages/actors/src/mail/wire.ts";
import { commandOf, n1, n2, n3 } from "../support/actors.ts";
import { answers } from "../support/answers.ts";
import { runOf } from "../support/runs.ts";

const number = fc.oneof(fc.nat(300), fc.nat(2 ** 40), fc.constant(Number.MAX_SAFE_INTEGER));
const bytes = fc.uint8Array({ maxLength: 40 });
/** A command alone, or a run of some. */
const command = fc.oneof(
  fc
    .uint8Array({ minLength: HEADER_BYTES, maxLength: 40 })
    .map((alone) => alone.with(6, (alone[6] ?? 0) & 0x7f).with(12, 0)),
  fc.array(bytes, { minLength: 2, maxLength: 5 }).map((payloads) => runOf(9, payloads)),
);
const result = fc.uint8Array({ minLength: 1, maxLength: 40 });
const n4 = nodeId("n4");

/** Valid memberships: simple, joint with a voter that becomes a learner, and with learners to be promoted. */
const membership: fc.Arbitrary<Membership> = fc.constantFrom<Membership>(
  initialMembership([n1, n2, n3]),
  { ...initialMembership([n1]), outgoing: [n1, n2], learnersNext: [n2] },
  {
    ...initialMembership([n1, n2]),
    learners: [n3, n4],
    promotions: [
      { node: n3, replaces: undefined },
      { node: n4, replaces: n1 },
    ],
    uids: { [n3]: 2, [n1]: 300 },
    lastUid: 2 ** 40,
  },
);

const position = { index: fc.integer({ min: 1, max: 2 ** 40 }), term: fc.integer({ min: 1 }) };
const checksum = fc.nat(0xffff_ffff);

const append = fc
  .record({
    prevIndex: fc.oneof(fc.nat(300), fc.nat(2 ** 40)),
    prevTerm: number,
    term: number,
    commit: number,
    round: number,
    entries: fc.array(fc.tuple(fc.nat(3), fc.option(fc.oneof(command, membership))), {
      maxLength: 6,
    }),
  })
  .map(({ entries, ...rest }) => ({
    ...rest,
    type: "appendEntries",
    entries: entries.map(([term, content], at) => {
      const place = { index: rest.prevIndex + at + 1, term };
      if (content === null) return { type: "noop", ...place };
      return content instanceof Uint8Array
        ? { type: "command", ...place, command: content }
        : { type: "membership", ...place, membership: content };
    }),
  }));

const chunk = fc
  .record({
    ...position,
    membership,
    checksum,
    size: fc.integer({ min: 40, max: 2 ** 50 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    far: fc.boolean(),
    inTerm: number,
  })
  .map(({ bytes: part, far, inTerm, ...snapshot }) => ({
    type: "snapshotChunk",
    term: inTerm,
    snapshot,
    offset: far ? snapshot.size - part.length : 0,
    bytes: part,
  }));

/** Messages of one kind, each with a term. */
function kind(
  type: string,
  fields: Readonly<Record<string, fc.Arbitrary<unknown>>> = {},
): fc.Arbitrary<unknown> {
  return fc.record({ type: fc.constant(type), term: number, ...fields });
}

const last = { lastIndex: number, lastTerm: number };
const granted = fc.boolean();
const message = fc.oneof(
  kind("requestVote", { ...last, transfer: fc.boolean() }),
  kind("voteReply", { granted }),
  kind("requestPreVote", last),
  kind("preVoteReply", { granted }),
  append,
  kind("appendAccepted", { match: number, round: number }),
  kind("appendRejected", {
    prevIndex: number,
    conflictTerm: fc.option(number, { nil: undefined }),
    conflictIndex: number,
    round: number,
  }),
  chunk,
  kind("chunkReply", { index: number, checksum, received: number }),
  kind("timeoutNow"),
  kind("readRequest", { id: number }),
  kind("readReply", { id: number, index: number }),
  kind("rejoin"),
) as fc.Arbitrary<Message<CommandBytes>>;

const commands = fc.array(command, { maxLength: 4 });
const leader = fc.constantFrom(n1, n2, undefined);
const parcel: fc.Arbitrary<Parcel> = fc.oneof(
  fc.record({
    type: fc.constant("raft" as const),
    fromUid: number,
    toUid: number,
    messages: fc.array(message, { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant("propose" as const), id: number, commands }),
  fc.record({
    type: fc.constant("forward" as const),
    client: fc.nat(2 ** 48 - 1).map(clientAddress),
    id: number,
    commands,
  }),
  fc
    .array(fc.tuple(fc.nat(2 ** 40), fc.array(result, { minLength: 1 })), { maxLength: 4 })
    .map((ranges): Parcel => ({
      type: "answers",
      ranges: ranges.flatMap(([first, results]) =>
        answers(
          results.map((_result, at) => first + at),
          results,
        ),
      ),
    })),
  fc.record({
    type: fc.constant("refused" as const),
    id: number,
    reason: fc.constantFrom("notLeader", "busy", "transferring"),
    leader,
  }),
  fc.record({
    type: fc.constant("read" as const),
    id: number,
    consistency: fc.constantFrom("linearizable", "lease", "stale"),
    questions: fc.array(bytes, { maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant("readAnswers" as const),
    id: number,
    results: fc.array(bytes, { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant("readRefused" as const), id: number, leader }),
);

/** Byte strings as plain arrays: it does not matter whether they are buffers or views. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}

const refusal: Parcel = { type: "refused", id: 1, reason: "notLeader", leader: n1 };

/** A parcel with one message, given as its fields on the wire. */
function raft(...fields: readonly unknown[]): unknown {
  return [0, 0, 0, [fields]];
}

/** A parcel with an AppendEntries with these fields as entries. */
function appended(...entries: readonly unknown[]): unknown {
  return raft(2, 1, 0, 0, 0, 0, entries);
}

/** Frames as they are in a message. */
function packFrames(parts: readonly (Uint8Array | undefined)[]): Uint8Array {
  const [block] = decode(encodeFields([new Frames(parts)])) as [Uint8Array];
  return block;
}

const nothing = packFrames([undefined]);

describe("a parcel", () => {
  test("is decoded unchanged", () => {
    fc.assert(
      fc.property(parcel, (one) => {
        const packed = encodeParcel(one);
        expect(plain(decodeParcel(packed))).toEqual(plain(one));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("is not changed by those that are encoded after it, though they share buffers", () => {
    const packed = Array.from({ length: 3000 }, (_, id) => encodeParcel({ ...refusal, id }));
    expect(packed.map(decodeParcel)).toEqual(packed.map((_, id) => ({ ...refusal, id })));
    expect(new Set(packed.map(({ buffer }) => buffer)).size).toBeLessThan(30);
  });

  test("as a view into a larger buffer is read from that part only", () => {
    const packed = encodeParcel({ type: "propose", id: 3, commands: [commandOf(1, "a")] });
    const larger = new Uint8Array(packed.length + 20).fill(0xc1);
    larger.set(packed, 7);
    const view = larger.subarray(7, 7 + packed.length);
    expect(plain(decodeParcel(view))).toEqual(plain(decodeParcel(packed)));
  });

  /** Decodes bytes to a parcel that can be encoded again, or to nothing. Any other result throws. */
  function survives(some: Uint8Array): void {
    const opened = openParcel(some);
    if (opened !== undefined) encodeParcel(opened);
  }

  test("of random bytes is a parcel or a WireError, never anything else", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), survives), { seed: 2, numRuns: 2000 });
  });

  test("with any byte changed, or cut off anywhere, is a parcel or a WireError; the next one is not affected", () => {
    const whole = encodeParcel(refusal);
    fc.assert(
      fc.property(parcel, fc.integer({ min: 1, max: 255 }), (one, flip) => {
        const packed = encodeParcel(one);
        for (let at = 0; at < packed.length; at += 1) {
          const bad = packed.slice();
          bad[at] = (bad[at] ?? 0) ^ flip;
          survives(bad);
          survives(packed.subarray(0, at));
        }
        expect(decodeParcel(whole)).toEqual(refusal);
      }),
      { seed: 3, numRuns: 30 },
    );
  });

  test.each<[string, unknown]>([
    ["something that is not an array", { 0: 0, 1: [] }],
    ["an unknown kind", [8, 1, null]],
    ["no kind", []],
    ["messages that are not an array", [0, 0, 0, "all"]],
    ["messages for no disk", [0, 0, null, []]],
    ["messages of a disk with a fraction as number", [0, 0.5, 0, []]],
    ["a message that is not an array", [0, 0, 0, [7]]],
    ["a message of an unknown kind", raft(13, 1)],
    ["a message without a term", raft(9)],
    ["a vote that is neither granted nor rejected", raft(1, 1, 1)],
    ["a term below 0", raft(3, -1, 1, 1)],
    ["an index that is a fraction", raft(3, 1, 0.5, 1)],
    ["an index that is text", raft(3, 1, "1", 1)],
    ["a term above 2^53", raft(3, 2 ** 53, 1, 1)],
    ["an answer without a round", raft(3, 1, 1)],
    ["a read without an index", raft(11, 1, 1)],
    ["a checksum of more than 32 bits", raft(8, 1, 1, 2 ** 32, 0)],
    ["entries without frames", appended([1, 1], null)],
    ["fewer frames than entries", appended([1, 2], nothing)],
    ["more frames than entries", appended([1, 1], packFrames([undefined, undefined]))],
    ["a number of entries below 0", appended([1, -1, 1, 1], nothing)],
    ["entries beyond the last index", raft(2, 1, 2 ** 53 - 1, 0, 0, 0, [[1, 1], nothing])],
    [
      "an entry with a command too short for its header",
      appended([1, 1], packFrames([new Uint8Array(15)])),
    ],
    [
      "an entry with a command over the limit",
      appended([1, 1], packFrames([new Uint8Array(2 ** 22 + 1)])),
    ],
    ["a membership after the last entry", appended([1, 1], nothing, [1, members()])],
    [
      "a membership in place of a command",
      appended([1, 1], packFrames([new Uint8Array(16)]), [0, members()]),
    ],
    ["a position without its membership", appended([1, 1], nothing, [0])],
    ["a command too short for its header", [1, 1, packFrames([new Uint8Array(15)])]],
    ["a command over the limit", [1, 1, packFrames([new Uint8Array(2 ** 22 + 1)])]],
    ["a proposal without even an empty command", [1, 1, nothing]],
    ["a proposal with a fraction as number", [1, 1.5, packFrames([])]],
    ["proposals of a client with no number", [4, "client/7", 1, packFrames([])]],
    ["forwarded commands too short for their header", [4, 7, 1, packFrames([new Uint8Array(15)])]],
    ["answers to something other than numbers", [2, ["1"], packFrames([new Uint8Array(1)])]],
    ["more answers than numbers", [2, [], packFrames([new Uint8Array(1)])]],
    ["a rejection without a known reason", [3, 1, 3, null]],
    ["a leader that is not a node id", [3, 1, 0, "No Node"]],
    ["a query over the limit", [5, 1, 0, packFrames([new Uint8Array(2 ** 22 + 1)])]],
    ["a query of unknown consistency", [5, 1, -1, packFrames([])]],
    ["an answer that is not bytes", [6, 1, nothing]],
    ["a rejected read with a number as leader", [7, 1, 1]],
  ])("rejects %s", (_title, wire) => {
    expect(() => decodeParcel(encode(wire))).toThrow(WireError);
    expect(openParcel(encode(wire))).toBe(undefined);
  });

  test("with bytes after its end is rejected", () => {
    const packed = encodeParcel(refusal);
    expect(() => decodeParcel(Uint8Array.from([...packed, 0]))).toThrow(WireError);
  });
});

/** A membership of n1, n2 and n3 on the wire, with some fields replaced. */
function members(fields: Readonly<Record<number, unknown>> = {}): unknown {
  return Object.assign([...membershipToWire(initialMembership([n1, n2, n3]))], fields);
}

describe("a membership from another node", () => {
  const many = Array.from({ length: MEMBERS_MAX + 1 }, (_, at) => `n${at}`);

  test.each<[string, unknown]>([
    ["is an array", "n1"],
    ["has voters", members({ 0: [] })],
    ["has no voter twice", members({ 0: [n1, n1] })],
    ["has no voter that is not a node id", members({ 0: [n1, "N2"] })],
    ["has its voters in a list", members({ 0: 3 })],
    ["has no voter that is a learner", members({ 2: [n1] })],
    ["has outgoing voters in a list", members({ 1: null })],
    ["has no more members than allowed", members({ 2: many })],
    ["lets only outgoing voters become learners", members({ 3: [n4] })],
    ["promotes only learners", members({ 4: [n1, null] })],
    ["promotes in pairs", members({ 2: [n4], 4: [n4] })],
    ["promotes in place of a node", members({ 2: [n4], 4: [n4, "N1"] })],
    ["has uids of members only", members({ 5: [n4, 1], 6: 1 })],
    ["has no two uids for one node", members({ 5: [n1, 1, n1, 2], 6: 2 })],
    ["has no fraction as uid", members({ 5: [n1, 0.5], 6: 1 })],
    ["has no uid above the last one assigned", members({ 5: [n1, 2], 6: 1 })],
    ["has a last uid", members({ 6: null })],
  ])("%s", (_title, wire) => {
    expect(openParcel(encode(appended([1, 1], nothing, [0, wire])))).toBe(undefined);
  });

  test("is accepted when nothing is wrong with it", () => {
    expect(openParcel(encode(appended([1, 1], nothing, [0, members()])))).toMatchObject({
      messages: [{ entries: [{ membership: initialMembership([n1, n2, n3]) }] }],
    });
  });
});

describe("a snapshot chunk", () => {
  const snapshot: Snapshot = {
    index: index(9),
    term: term(2),
    membership: initialMembership([n1, n2, n3]),
    size: 1000,
    checksum: 77,
  };
  const part = Uint8Array.from({ length: 400 }, (_, at) => at);
  const sent: Parcel = {
    type: "raft",
    fromUid: 1,
    toUid: 2,
    messages: [{ type: "snapshotChunk", term: term(3), snapshot, offset: 600, bytes: part }],
  };

  test("that is damaged anywhere is rejected: its CRC-32 travels with it", () => {
    const packed = encodeParcel(sent);
    expect(plain(decodeParcel(packed))).toEqual(plain(sent));
    const start = packed.length - 5 - part.length;
    expect(packed.subarray(start, start + part.length)).toEqual(part);
    for (let at = start; at < packed.length; at += 1) {
      const bad = packed.slice();
      bad[at] = (bad[at] ?? 0) ^ 0x10;
      expect(openParcel(bad)).toBe(undefined);
    }
  });

  const onWire = (offset: number, bytes: Uint8Array, of: Partial<Snapshot> = {}): unknown => {
    const { index: at, term: inTerm, size, checksum: sum } = { ...snapshot, ...of };
    return raft(7, 3, [at, inTerm, members(), size, sum], offset, bytes, crc32(bytes));
  };

  test.each<[string, unknown]>([
    ["goes past the end", onWire(601, part)],
    ["is empty", onWire(600, new Uint8Array())],
    ["has no offset", onWire(0.5, part)],
    ["is of a snapshot without an index", onWire(600, part, { index: index(0) })],
    ["is of a snapshot without a term", onWire(600, part, { term: term(0) })],
    [
      "is of a snapshot with a checksum of more than 32 bits",
      onWire(600, part, { checksum: 2 ** 32 }),
    ],
  ])("that %s is rejected", (_title, wire) => {
    expect(() => decodeParcel(encode(wire))).toThrow(WireError);
  });

  test("that fits is accepted", () => {
    expect(plain(decodeParcel(encode(onWire(600, part))))).toEqual(
      plain({ ...sent, fromUid: 0, toUid: 0 }),
    );
  });
});

describe("fields", () => {
  const some = fc.array(fc.option(bytes, { nil: undefined }), { maxLength: 6 });
  const field = fc.oneof(
    fc.integer(),
    fc.maxSafeNat(),
    fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0)),
    fc.boolean(),
    fc.constantFrom(null, undefined, "", "n1", "a".repeat(300)),
    bytes,
    fc.constantFrom(0, 255, 256, 65_535, 65_536, 200_000).map((size) => new Uint8Array(size)),
    some.map((parts) => new Frames(parts)),
  );
  const fields = fc.array(fc.oneof(field, fc.array(field, { maxLength: 20 })), { maxLength: 5 });

  /** The same with each block of frames in a byte string of its own. */
  function packed(value: unknown): unknown {
    if (value instanceof Frames) return packFrames(value.parts);
    return Array.isArray(value) ? value.map(packed) : value;
  }

  test("have the bytes that the general encoder gives them", () => {
    fc.assert(
      fc.property(fields, (some) => {
        expect(Buffer.compare(encodeFields(some), encode(packed(some)))).toBe(0);
      }),
      { seed: 6 },
    );
  });

  test("that are no mail are refused, and leave nothing in the next ones", () => {
    expect(() => encodeFields([1, [2, new Date(0)]])).toThrow("mail is made of");
    expect(() => encodeFields(["\ud800"])).toThrow("the texts of mail are well-formed");
    expect(decode(encodeFields([3]))).toEqual([3]);
  });
});

describe("frames", () => {
  const parts = fc.array(fc.option(bytes, { nil: undefined }), { maxLength: 6 });

  test("are decoded unchanged; an empty one is distinguished from none at all", () => {
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

  test("are views of the block, even inside a larger one, and copies if they are short", () => {
    const [small, large] = [Uint8Array.of(1, 2), new Uint8Array(65).fill(3)];
    const block = packFrames([small, large]);
    const outer = new Uint8Array(block.length + 3);
    outer.set(block, 3);
    const frames = unpackFrames(outer.subarray(3));
    expect(frames.map((frame) => frame?.buffer === outer.buffer)).toEqual([false, true]);
    expect(plain(frames)).toEqual(plain([small, large]));
  });

  test("cut off anywhere but between two are rejected", () => {
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

  test("decodes plain data unchanged", () => {
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

  test("returns data that later values do not change, large and small", () => {
    const packed = [4, 100, 600, 5000].map((size) => encode([new Uint8Array(size).fill(7), "ü"]));
    const values = [...packed, ...packed].map(decode);
    packed.map((each) => decode(encode(new Uint8Array(each.length - 8).fill(9))));
    expect(plain(values)).toEqual(plain([...packed, ...packed].map((each) => decode(each))));
  });

  test("rejects a value that is cut off, whatever was decoded before it", () => {
    fc.assert(
      fc.property(data, data, (before, value) => {
        const [longer, packed] = [encode([before, value]), encode(value)];
        for (let end = 0; end < packed.length; end += 1) {
          decode(longer);
          expect(() => decode(packed.subarray(0, end))).toThrow();
          expect(() =>
            decode(Uint8Array.from([...packed, ...packed.subarray(0, end + 1)])),
          ).toThrow();
        }
      }),
      { seed: 6, numRuns: 50 },
    );
  });

  test("encodes into a separate buffer of the exact size, which may be transferred", () => {
    for (const size of [0, 1, 100, 8192, 65_536, 1_000_000]) {
      const packed = encode(new Uint8Array(size));
      expect(packed.buffer.byteLength).toBe(packed.length);
      structuredClone(packed, { transfer: [packed.buffer] });
      expect(plain(decode(encode([size])))).toEqual([size]);
    }
  });

  test("never changes what it encoded into a shared buffer, nor the space before it", () => {
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

  test("starts a new buffer when one is full, also for values larger than a buffer", () => {
    const sizes = [60_000, 10, 60_000, 200_000, 10, 10_000, 10_000, 10_000, 10_000];
    const packed = sizes.map((size, at) => encodeShared(new Uint8Array(size).fill(at), 16));
    for (const [at, shared] of packed.entries())
      expect(plain(decode(shared.subarray(16)))).toEqual({ bytes: Array(sizes[at]).fill(at) });
  });

  test("is not affected by data that cannot be encoded", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => encodeShared(circle)).toThrow(RangeError);
    expect(() => encode(Symbol("no"))).toThrow();
    expect(decode(encodeShared([1, "a"]))).toEqual([1, "a"]);
    expect(decode(encode([1, "a"]))).toEqual([1, "a"]);
  });

  test("leaves space for 0 to 255 bytes, not more", () => {
    expect(() => encodeShared(1, 256)).toThrow("room for 256 bytes; the most is 255");
  });
});
