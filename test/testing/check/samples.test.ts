import {
  checkLinearizable,
  interpretHistory,
  models,
  parseHistory,
  type AnyFileModel,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { hasSamples, samples, type Sample } from "../support/data.ts";

const note = hasSamples ? "" : " (not run: there is no ../shared/data/porcupine)";

describe.skipIf(!hasSamples)(
  `recorded histories with known verdicts: a failed cas is observed, a text is "" at first${note}`,
  () => {
    test("are 52 from etcd and four from a key-value store", () => {
      expect(samples.map(({ format }) => format).toSorted()).toEqual([
        ...Array<string>(4).fill("edn"),
        ...Array<string>(52).fill("jepsen"),
      ]);
    });

    test.each(samples)("$name is linearizable: $isLinearizable", (sample) => {
      const { verdict } = judge(sample);
      expect(verdict).toBe(sample.isLinearizable ? "valid" : "violated");
    });

    test("begin with the empty text in the key-value store: an absent one is another value", () => {
      const verdicts = samples
        .filter(({ model }) => model === "key-value")
        .map((sample) => judge({ ...sample, reading: {} }).verdict);
      expect(verdicts).toEqual(Array(4).fill("violated"));
    });

    // A bound on work instead of time, independent of the load: 10 000 steps take some milliseconds.
    test("take few steps each, even the one that is hard for other checkers", () => {
      const costs = samples.map((sample) => [sample.name, judge(sample).cost.steps] as const);
      expect(costs.filter(([, steps]) => steps > 2000)).toEqual([]);
    });
  },
);

function judge({
  text,
  format,
  reading,
  model: name,
}: Sample): ReturnType<typeof checkLinearizable> {
  const model: AnyFileModel = models[name];
  return checkLinearizable(interpretHistory(parseHistory(text(), format, reading), model), model);
}
