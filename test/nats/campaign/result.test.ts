import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { packedJson, unpackedJson } from "../../../packages/nats/src/campaign/bytes.ts";
import { parts, resultOf, type RangeResult } from "../../../packages/nats/src/campaign/result.ts";
import { alone, SPEC } from "../support/fake-runs.ts";

const worker = { id: "w", host: "h", pid: 1, jobs: 1 };
const [one, two] = alone(SPEC);
const result: RangeResult = {
  type: "tallies",
  range: 3,
  from: 0,
  tallies: [one, two, one, two].filter((tally) => tally !== undefined),
  worker,
};

test("a result that is too large for a message is several, each with some scenarios", () => {
  const whole = parts(result, packedJson, 1e6);
  expect(whole.map(({ key }) => key)).toEqual(["3.0"]);
  const each = parts(result, packedJson, 1);
  expect(each.map(({ key }) => key)).toEqual(["3.0", "3.1", "3.2", "3.3"]);
  const back = each.map(({ bytes }) => resultOf(unpackedJson(bytes)));
  expect(back.flatMap((part) => (part?.type === "tallies" ? part.tallies : []))).toEqual(
    // JSON leaves out what is undefined.
    JSON.parse(JSON.stringify(result.tallies)),
  );
});

test("what is no result is told from one", () => {
  const broken = { type: "broken", range: 1, reason: "why", worker };
  expect([result, broken].map(resultOf)).toEqual([result, broken]);
  const wrong = [
    undefined,
    {},
    { ...broken, worker: "w" },
    { ...result, tallies: [{ runs: 1 }] },
    { ...result, tallies: [{ ...one, findings: {} }] },
    { ...result, tallies: [{ ...one, runs: "1" }] },
  ];
  expect(wrong.map(resultOf)).toEqual(wrong.map(() => undefined));
});

test("bytes that are no compressed JSON are undefined, also those that inflate without end", () => {
  const bomb = packedJson("x".repeat(80 * 1024 * 1024));
  const garbage = [new Uint8Array(), randomBytes(500), packedJson({}).slice(0, -1), bomb];
  expect(garbage.map(unpackedJson)).toEqual(garbage.map(() => undefined));
});
