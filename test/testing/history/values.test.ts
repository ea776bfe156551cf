import {
  canonical,
  Chance,
  FORMATS,
  parseHistory,
  sameValue,
  type Format,
  type Value,
} from "@kontiki/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ednText, jsonSpelling, type Choose } from "../support/spellings.ts";
import {
  asJson,
  ednTerms,
  identityOf,
  isJson,
  jsonTerms,
  lookalikes,
  type Term,
} from "../support/terms.ts";

/** Values for each format. A long run tries 100,000: KONTIKI_VALUE_RUNS=100000. */
const RUNS = Number(process.env["KONTIKI_VALUE_RUNS"] ?? 500);

type Reading = {
  readonly terms: fc.Arbitrary<Term>;
  /** Whether the format has such a term. */
  readonly isKnown: (term: Term) => boolean;
  /** A term as the format sees it. */
  readonly seen: (term: Term) => Term;
  readonly read: (term: Term, choose: Choose) => Value;
};

const edn = (text: string): string => `{:process 0, :type :invoke, :f :write, :value ${text}}`;
const jsonl = (text: string): string =>
  `{"type":"operation","process":"0","f":"write","value":${text},"call":0,"status":"open"}`;

const READINGS: Readonly<Record<Format, Reading>> = {
  edn: {
    terms: ednTerms,
    isKnown: () => true,
    seen: (term) => term,
    read: (term, choose) => valueIn("edn", edn(ednText(term, choose))),
  },
  jepsen: {
    terms: ednTerms,
    isKnown: () => true,
    seen: (term) => term,
    read: (term, choose) =>
      valueIn("jepsen", `INFO jepsen.util - 0 :invoke :write ${ednText(term, choose, true)}`),
  },
  jsonl: {
    terms: jsonTerms,
    isKnown: isJson,
    seen: asJson,
    read: (term, choose) => valueIn("jsonl", jsonl(jsonSpelling(term, choose))),
  },
};

function valueIn(format: Format, text: string): Value {
  const [operation] = parseHistory(text, format).operations;
  if (operation === undefined) throw new Error(`no operation in ${text}`);
  return operation.input.value;
}

describe.each(FORMATS)("values in the format %s", (format) => {
  const { terms, isKnown, seen, read } = READINGS[format];

  test("are equal exactly when they are equal as data, whatever their spelling", () => {
    fc.assert(
      fc.property(terms, terms, fc.nat(), (term, another, seed) => {
        const chance = new Chance(seed);
        const choose: Choose = (count) => chance.below(count);
        const value = read(term, choose);
        expect(read(term, choose)).toEqual(value);
        for (const other of [term, another, ...lookalikes(term).filter(isKnown)]) {
          const isEqual = identityOf(seen(term)) === identityOf(seen(other));
          const otherValue = read(other, choose);
          expect([
            sameValue(value, otherValue),
            canonical(value) === canonical(otherValue),
          ]).toEqual([isEqual, isEqual]);
        }
      }),
      { numRuns: RUNS, seed: 1 },
    );
  });
});
