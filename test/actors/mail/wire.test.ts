/** Mail between threads as bytes: it is decoded unchanged, and anything else is rejected. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encode } from "../../../packages/actors/src/bytes/codec.ts";
import { WireError } from "../../../packages/actors/src/mail/wire-fields.ts";
import {
  decodeParcel,
  encodeParcel,
  openParcel,
  type Parcel,
} from "../../../packages/actors/src/mail/wire.ts";
import { commandOf, n1 } from "../support/actors.ts";
import { parcel } from "../support/mail/arbitrary-parcels.ts";
import {
  appended,
  members,
  nothing,
  packFrames,
  plain,
  raft,
} from "../support/mail/on-the-wire.ts";

const refusal: Parcel = { type: "refused", id: 1, reason: "notLeader", leader: n1 };

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
