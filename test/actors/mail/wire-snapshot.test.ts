/** A part of a snapshot in mail: damage on the way is noticed. */
import { crc32 } from "node:zlib";
import { index, initialMembership, term, type Snapshot } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { encode } from "../../../packages/actors/src/bytes/codec.ts";
import { WireError } from "../../../packages/actors/src/mail/wire-fields.ts";
import {
  decodeParcel,
  encodeParcel,
  openParcel,
  type Parcel,
} from "../../../packages/actors/src/mail/wire.ts";
import { n1, n2, n3 } from "../support/actors.ts";
import { members, plain, raft } from "../support/mail/on-the-wire.ts";

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
