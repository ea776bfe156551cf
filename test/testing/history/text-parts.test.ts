import { formatOf, parseHistory, parsing, finish, type Format } from "@kontiki/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const TEXTS: Readonly<Record<Format, string>> = {
  jsonl: `\ufeff{"type":"history","version":1,"unit":"ms"}\r
{"type":"operation","process":"a","f":"write","value":"\u20ac\ud83d\ude00","call":3,"return":9007199254740993,"status":"ok"}

{"type":"operation","process":"b","f":"read","call":4,"return":5,"status":"ok","output":"x"}`,
  jepsen: `INFO jepsen.core - begins
INFO jepsen.util - 0 :invoke :read nil
INFO jepsen.util - 0 :ok :read :a-long-keyword-as-a-value
`,
  edn: `\ufeff[{:process 0, :type :invoke, :f :read, :value nil}
{:process 0, :type :ok, :f :read, :value "two
lines"}]`,
};

describe.each(Object.keys(TEXTS) as Format[])("a history in the format %s", (format) => {
  test("is the same however its text is cut into parts", () => {
    const text = TEXTS[format];
    const whole = parseHistory(text, format);
    expect(whole.operations.length).toBeGreaterThan(0);
    const places = fc.array(fc.nat(text.length), { maxLength: 8 });
    fc.assert(
      fc.property(places, (cuts) => {
        const ends = [0, ...cuts.toSorted((one, other) => one - other), text.length];
        const parts = ends.slice(1).map((end, at) => text.slice(ends[at], end));
        expect(finish(parsing(parts, format))).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  test("is recognized", () => {
    expect(formatOf(TEXTS[format])).toBe(format);
  });
});
