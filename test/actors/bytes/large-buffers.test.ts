import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decode } from "../../../packages/actors/src/bytes/codec.ts";
import { giveBack, LargeBuffers } from "../../../packages/actors/src/bytes/large-buffers.ts";
import { encodePlain } from "../../../packages/actors/src/bytes/plain-encoder.ts";
import { Bell } from "../../../packages/actors/src/lanes/bell.ts";
import { newLane } from "../../../packages/actors/src/lanes/lane.ts";
import { LaneReader } from "../../../packages/actors/src/lanes/lane-reader.ts";
import { LaneWriter } from "../../../packages/actors/src/lanes/lane-writer.ts";
import {
  KIND,
  toActorIn,
  writeToActor,
} from "../../../packages/actors/src/mailboxes/lane-frames.ts";
import { encodeParcel, openParcel } from "../../../packages/actors/src/mail/wire.ts";

test("memory is lent again only after it was given back, once, and only by a view of the whole value", () => {
  const buffers = new LargeBuffers();
  const first = buffers.lend(100_000);
  const second = buffers.lend(100_000);
  expect(second.buffer).not.toBe(first.buffer);
  buffers.giveBack(first.subarray(0, 90_000));
  buffers.giveBack(first.subarray(0, 90_000));
  buffers.giveBack(new Uint8Array(100_000));
  buffers.giveBack(second.subarray(0, 10));
  const [third, fourth] = [buffers.lend(100_000), buffers.lend(100_000)];
  expect([third.buffer === first.buffer, fourth.buffer === second.buffer]).toEqual([true, false]);
  expect(fourth.buffer).not.toBe(first.buffer);
});

test("the four largest buffers are kept, and none of more than 4 MiB", () => {
  const buffers = new LargeBuffers();
  const lengths = [70_000, 80_000, 90_000, 100_000, 110_000, 5 * 1024 * 1024];
  const before = lengths.map((length) => buffers.lend(length));
  for (const buffer of before) buffers.giveBack(buffer);
  const after = lengths.toReversed().map((length) => buffers.lend(length));
  const isFromBefore = after.map(({ buffer }) => before.some((each) => each.buffer === buffer));
  expect(isFromBefore).toEqual([false, true, true, true, true, false]);
});

test("no buffer of more than twice the size is lent for a value, as it may be kept for long", () => {
  const buffers = new LargeBuffers();
  const large = buffers.lend(1_000_000);
  buffers.giveBack(large);
  expect(buffers.lend(499_999).buffer).not.toBe(large.buffer);
  expect(buffers.lend(500_000).buffer).toBe(large.buffer);
});

/** Sizes around those at which a value gets a buffer of its own, and small ones. */
const size = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 28_000, max: 40_000 }),
  fc.integer({ min: 60_000, max: 70_000 }),
  fc.integer({ min: 120_000, max: 300_000 }),
);

function isEqual(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;
}

test("a value keeps its bytes until it is given back, whatever is encoded meanwhile", () => {
  const steps = fc.array(fc.record({ size, givesBack: fc.boolean(), isText: fc.boolean() }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const live: { readonly value: unknown; readonly bytes: Uint8Array }[] = [];
      for (const [at, each] of all.entries()) {
        const fill = at % 90;
        const value = each.isText
          ? String.fromCharCode(33 + fill).repeat(each.size)
          : new Uint8Array(each.size).fill(fill);
        live.push({ value, bytes: encodePlain(value, "value") });
        const oldest = each.givesBack ? live.shift() : undefined;
        if (oldest !== undefined) {
          expect(isEqual(decode(oldest.bytes), oldest.value)).toBe(true);
          giveBack(oldest.bytes);
        }
      }
      expect(live.every(({ value, bytes }) => isEqual(decode(bytes), value))).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test("large letters that wait for room in a lane arrive as they were, although their memory is used again", () => {
  const lane = newLane(64 * 1024);
  const [writersBell, readersBell] = [new Bell(), new Bell()];
  const [writer, reader] = [new LaneWriter(lane, readersBell), new LaneReader(lane, writersBell)];
  const parcelOf = (length: number, fill: number): Uint8Array<ArrayBuffer> =>
    encodeParcel({
      type: "readAnswers",
      id: fill,
      results: [new Uint8Array(length).fill(fill)],
    });
  // Their letters have lengths that a lane need not pad.
  const sizes = [2_000_000, 200_000, 40_000, 200_000, 16, 90_000, 90_000, 90_000, 500_000].map(
    (length) => length + ((8 - (parcelOf(length, 0).length % 8)) % 8),
  );
  for (const [at, length] of sizes.entries()) {
    const bytes = parcelOf(length, at);
    if (at % 2 === 0) writeToActor(writer, { type: "mail", from: "n1", incarnation: 1, bytes });
    else {
      // As between two actors, whose names the lane tells.
      writer.write(KIND.mail, bytes);
      giveBack(bytes);
    }
  }
  const come: unknown[] = [];
  while (writer.waiting.letters > 0 || !reader.isEmpty) {
    writer.continue();
    const frame = reader.read();
    const letter = frame && toActorIn(frame);
    const parcel = letter?.type === "mail" ? openParcel(letter.bytes) : undefined;
    if (parcel?.type === "readAnswers")
      come.push(parcel.results.map((each) => [each.length, ...new Set(each)]));
  }
  expect(come).toEqual(sizes.map((length, at) => [[length, at]]));
});
