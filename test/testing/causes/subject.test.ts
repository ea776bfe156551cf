import { describe, expect, test } from "vitest";
import {
  subjectOf,
  subjectText,
  type Subject,
} from "../../../packages/testing/src/causes/subject.ts";

const NOTHING: Subject = {
  nodes: [],
  terms: [],
  entries: [],
  operations: [],
  clients: [],
  call: undefined,
};

describe("what a claim is about", () => {
  test.each<[text: string, subject: Partial<Subject>, short: string]>([
    ["n2 and n10 both lead term 3", { nodes: ["n10", "n2"], terms: [3] }, "n10, n2, term 3"],
    [
      "n1 leads term 4 but lacks entry 2, which was committed before",
      { nodes: ["n1"], terms: [4], entries: [2] },
      "n1, term 4, entry 2",
    ],
    [
      "n1 has an entry 2 of term 1 that another log has too, but the two follow ones of terms 1 and 2",
      { nodes: ["n1"], terms: [1, 2], entries: [2] },
      "n1, term 1, term 2, entry 2",
    ],
    ['put "k" of c1 is applied in entry 5 and again in 8', { entries: [5, 8] }, "entry 5, entry 8"],
    [
      "n2 lost entries 3 to 5 of term 1 but continues as if it had not",
      { nodes: ["n2"], terms: [1], entries: [3, 4, 5] },
      "n2, term 1, entry 3, entry 4, entry 5",
    ],
    [
      'operation 12, get "k", was answered null, which is right after none of the entries up to 4',
      { entries: [4], operations: [12] },
      "entry 4, operation 12",
    ],
    [
      "parcel 1 of client/0 is forwarded by n2, and again by n3",
      { nodes: ["n2", "n3"], clients: [0] },
      "n2, n3, c1",
    ],
    [
      '"k0": get -> "v2" of c1, called at 349.195 ms, fits nowhere: after 3 operations the state is "v5"',
      { call: { client: "c1", at: 349.195 } },
      "the call of c1 at 349.195 ms",
    ],
    ["the balance is -3, but no account may be overdrawn", {}, ""],
  ])("%s", (text, subject, short) => {
    expect(subjectOf({ text })).toEqual({ ...NOTHING, ...subject });
    expect(subjectText(subjectOf({ text }))).toBe(short);
  });
});
