/** Results in ranges: what is packed is unpacked, and what lies is refused. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  areResults,
  type AnswerRange,
} from "../../../packages/actors/src/sessions/packed-results.ts";
import { NOTHING_RESULT } from "../../../packages/actors/src/sessions/result.ts";
import { answers, answersIn } from "../support/answers.ts";

const result = fc.oneof(
  fc.constant(NOTHING_RESULT),
  fc.uint8Array({ minLength: 1, maxLength: 20 }),
  fc.constantFrom(63, 64, 65, 253, 254, 255, 256, 1024, 70_000).map((size) => {
    return new Uint8Array(size).fill(size);
  }),
);

test("each command gets its own result, whatever the order and the gaps", () => {
  const step = fc.tuple(fc.constantFrom(1, 1, 1, 1, 2, 7, -3), result);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let sequence = 100;
      const pairs = steps.map(([by, one]) => [(sequence += by), one] as const);
      const ranges = answers(
        pairs.map(([number]) => number),
        pairs.map(([, one]) => one),
      );
      expect(ranges.every(({ count, results }) => areResults(results, count))).toBe(true);
      expect(answersIn(ranges)).toEqual(pairs);
    }),
    { seed: 14 },
  );
});

test("consecutive commands are one range, in which null costs a byte", () => {
  const nothing = NOTHING_RESULT;
  const one = Uint8Array.of(1);
  expect(answers([5, 6, 7, 9], [nothing, one, nothing, nothing])).toEqual<AnswerRange[]>([
    { first: 5, count: 3, results: Uint8Array.of(0, 1, 1, 0) },
    { first: 9, count: 1, results: Uint8Array.of(0) },
  ]);
});

test.each<readonly [string, number, readonly number[]]>([
  ["too few", 3, [0, 0]],
  ["too many", 1, [0, 0]],
  ["one that is cut off", 2, [0, 2, 7]],
  ["a long length that is cut off", 1, [255, 0, 0, 0]],
  ["a long one that is cut off", 1, [255, 0, 0, 0, 2, 7]],
  ["bytes after the last", 1, [1, 7, 9]],
])("are refused: %s", (_title, count, bytes) => {
  expect(areResults(Uint8Array.from(bytes), count)).toBe(false);
});
