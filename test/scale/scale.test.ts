import { FORMATS, models } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { compared } from "./compare.ts";
import { OBJECTS, type ObjectName } from "./objects.ts";

/** A sample of what `pnpm check:scale` compares. */
const SEED = 2;
const COUNT = 40;

const names = Object.keys(OBJECTS) as ObjectName[];

test("every model has an object", () => {
  expect(names.toSorted()).toEqual(Object.keys(models).toSorted());
});

describe.each(names)("%s: the checker decides as a naive judge does", (model) => {
  test.each(FORMATS)("in the format %s", (format) => {
    const tally = { valid: 0, violated: 0 };
    for (let number = 0; number < COUNT; number += 1) {
      for (const one of compared({ model, format, seed: SEED, number })) {
        expect({ number, text: one.text, verdict: one.actual }).toEqual({
          number,
          text: one.text,
          verdict: one.expected,
        });
        if (one.kind === "made" && one.failedCas === "no-effect")
          expect({ number, ...one }).toMatchObject({ expected: "valid" });
        tally[one.expected] += 1;
      }
    }
    // Both verdicts are common.
    expect(Math.min(tally.valid, tally.violated)).toBeGreaterThan(COUNT / 10);
  });
});
