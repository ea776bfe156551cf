import type { NodeId } from "@kontiki/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { HostLetter } from "../../../packages/actors/src/hosts/host-wire.ts";
import { Link, PART_BYTES, partsOf } from "../../../packages/actors/src/hosts/links.ts";

type Part = {
  readonly sequence: number;
  readonly part: number;
  readonly parts: number;
  readonly letter: HostLetter;
};

function letter(bytes: Uint8Array): HostLetter {
  const position = { uid: 0, mark: 0, commit: 0 };
  return { to: "n1" as NodeId, from: "n2" as NodeId, incarnation: 1, position, bytes };
}

/** The messages of letters with this many parts each, whose bytes are the number of the letter and of the part. */
function sent(sizes: readonly number[]): Part[] {
  let sequence = 0;
  return sizes.flatMap((parts, nth) =>
    Array.from({ length: parts }, (_, part) => {
      sequence += 1;
      return { sequence, part, parts, letter: letter(Uint8Array.of(nth, part)) };
    }),
  );
}

function next(stream: Iterator<number>): number {
  return Number(stream.next().value);
}

/** The letters that come out, as the numbers of each. */
function received(messages: readonly Part[]): number[][] {
  const link = new Link("a");
  return messages.flatMap((message) => {
    const found = link.takes(message) ? link.assemble(message, message.letter) : undefined;
    return found === undefined ? [] : [[...found.bytes]];
  });
}

test("letters come out whole and in order where nothing is lost", () => {
  expect(received(sent([1, 3, 1, 2]))).toEqual([
    [0, 0],
    [1, 0, 1, 1, 1, 2],
    [2, 0],
    [3, 0, 3, 1],
  ]);
});

test("each letter comes out once or never, whole, and none before an earlier one, whatever the network does", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 });
  const faults = fc.infiniteStream(fc.integer({ min: 0, max: 5 }));
  fc.assert(
    fc.property(sizes, faults, fc.infiniteStream(fc.nat()), (given, what, where) => {
      const arrived: Part[] = [];
      for (const message of sent(given)) {
        const fault = next(what);
        if (fault === 0) continue;
        const copies = fault === 1 ? 2 : 1;
        for (let copy = 0; copy < copies; copy += 1) {
          const late = fault === 2 || copy > 0 ? next(where) % (arrived.length + 1) : 0;
          arrived.splice(arrived.length - late, 0, message);
        }
      }
      const out = received(arrived);
      const numbers = out.map(([nth]) => nth ?? -1);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      for (const bytes of out) {
        const nth = bytes[0] ?? 0;
        expect(bytes).toEqual(
          Array.from({ length: given[nth] ?? 0 }, (_, part) => [nth, part]).flat(),
        );
      }
    }),
  );
});

test("a letter is cut into parts that a server takes", () => {
  expect(partsOf(new Uint8Array(0))).toEqual([new Uint8Array(0)]);
  const bytes = Uint8Array.from({ length: 2 * PART_BYTES + 1 }, (_, at) => at % 251);
  const parts = partsOf(bytes);
  expect(parts.map(({ length }) => length)).toEqual([PART_BYTES, PART_BYTES, 1]);
  expect(Buffer.concat(parts).equals(bytes)).toBe(true);
});

test("messages to another host are numbered from 1", () => {
  const link = new Link("a");
  expect([link.next(), link.next()]).toEqual([1, 2]);
});
