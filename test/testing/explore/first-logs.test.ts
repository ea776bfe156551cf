import { KontikiError } from "@kontiki/actors";
import { explore, replayPath, type BoundOptions } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { commitsOldTerms } from "../support/broken-steps.ts";

const SMALL: BoundOptions = { terms: 4, proposals: 0, crashes: 0, inflight: 1 };

const FIGURE_8: BoundOptions = {
  ...SMALL,
  nodes: 5,
  logs: [[1, 2], [1, 2], [1], [1], [1, 3]],
  inflight: 2,
  config: { noop: false },
};

describe("a search begins with the logs of a long run", () => {
  test("in the term of the last entry, with an election", () => {
    const { verdict, firstMet } = explore({ ...SMALL, logs: [[1, 1, 2], [1, 3], [1]] });
    expect({ verdict, ...firstMet }).toMatchObject({
      verdict: "holds",
      "a leader of a later term is elected": 3,
      "a conflict truncates a log": 8,
    });
  });

  test("and soon comes to what needs several leaders: an entry of an older term commits, Figure 8", () => {
    const { violation } = explore({ ...FIGURE_8, step: commitsOldTerms });
    expect([violation?.text, violation?.transitions.length]).toEqual([
      "a: it commits up to an entry of an older term",
      11,
    ]);
  });

  test("a counterexample is replayed from the same logs", () => {
    const { violation } = explore({ ...FIGURE_8, step: commitsOldTerms });
    const { broken, transitions } = replayPath(
      { ...FIGURE_8, step: commitsOldTerms },
      violation?.actions ?? [],
    );
    expect([broken, transitions.length]).toEqual([violation?.text, violation?.transitions.length]);
  });
});

describe("logs that no run can leave behind are refused", () => {
  test.each<[BoundOptions["logs"], string]>([
    [[[1], [], [], []], "logs is [ '1', '', '', '' ]: give at most 3 logs, one for each node"],
    [[[5]], "logs is [ '5' ]: give terms up to 4"],
    [[[2, 1]], "logs is [ '2,1' ]: give terms that never decrease in a log"],
    [
      [
        [1, 2],
        [2, 2],
      ],
      "logs is [ '1,2', '2,2' ]: give logs that are the same up to any entry that two of them have",
    ],
  ])("%j", (logs, text) => {
    expect(() => explore({ ...SMALL, ...(logs && { logs }) })).toThrow(
      new KontikiError(`explore: ${text}`),
    );
  });
});
