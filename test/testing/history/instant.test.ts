import fc from "fast-check";
import { expect, test } from "vitest";
import { instantInUtc } from "../../../packages/testing/src/history/instant.ts";

test("an instant is the same moment as in the engine's calendar", () => {
  const two = (number: number): string => String(number).padStart(2, "0");
  const offset = fc
    .tuple(fc.constantFrom("+", "-"), fc.nat(23), fc.nat(59))
    .map(([sign, hours, minutes]) => `${sign}${two(hours)}:${two(minutes)}`);
  const local = fc.date({
    min: new Date("0001-01-02T00:00:00Z"),
    max: new Date("9999-12-30T00:00:00Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(local, offset, (date, from) => {
      const text = date.toISOString().replace("Z", from);
      const utc = new Date(text).toISOString();
      expect(instantInUtc(text)).toBe(utc.replace(/\.?0*Z$/, "Z"));
    }),
    { numRuns: 500, seed: 1 },
  );
});

test.each([
  ["2024", "2024-01-01T00:00:00Z"],
  ["2024-02", "2024-02-01T00:00:00Z"],
  ["2024-02-29T10", "2024-02-29T10:00:00Z"],
  ["1999-12-31T23:30:00.100-01:00", "2000-01-01T00:30:00.1Z"],
  ["2000-03-01T00:30:00+01:00", "2000-02-29T23:30:00Z"],
  ["2016-12-31T23:59:60.1234567890123Z", "2016-12-31T23:59:60.1234567890123Z"],
  ["2023-02-29", undefined],
  ["2024-13-01", undefined],
  ["2024-01-01T24:00:00Z", undefined],
  ["2024-01-01T00:00:00+24:00", undefined],
  ["yesterday", undefined],
])("%s is %s", (text, utc) => {
  expect(instantInUtc(text)).toBe(utc);
});
