import { describe, expect, it } from "vitest";
import { checkLinearizable } from "../../../packages/testing/src/check/linearizable.ts";
import { interpretHistory } from "../../../packages/testing/src/check/interpret.ts";
import { judgeHistory } from "../../../packages/testing/src/claims/judge-history.ts";
import { withReadsPlaced } from "../../../packages/testing/src/claims/read-order.ts";
import { keyValueSpecification } from "../../../packages/testing/src/check/models/specification.ts";
import { Chance } from "../../../packages/testing/src/chance.ts";
import {
  makeHistory,
  type History,
  type Operation,
} from "../../../packages/testing/src/history/history.ts";

const { model } = keyValueSpecification;

/** A write that returned; it stands at `order` of the log. */
function put(call: number, end: number, value: string, order: number, key = "k"): Operation {
  const input = { f: "put", key, value };
  return { process: "w", call, return: end, input, output: null, status: "ok", order };
}

function get(call: number, end: number, output: string | null, key = "k"): Operation {
  const input = { f: "get", key, value: null };
  return { process: "r", call, return: end, input, output, status: "ok" };
}

function ordersOf(history: History): readonly (number | undefined)[] {
  return withReadsPlaced(interpretHistory(history, model), model).operations.map(
    ({ order }) => order,
  );
}

describe("reads get places in the log's order", () => {
  it.each<[string, readonly Operation[], readonly (number | undefined)[]]>([
    [
      "behind what they read",
      [put(1, 2, "a", 5), get(3, 4, "a"), put(5, 6, "b", 9), get(7, 8, "b")],
      [5, 5.5, 9, 9.5],
    ],
    ["before the first write", [get(1, 4, null), put(2, 3, "a", 5)], [0.5, 5]],
    [
      "not before what had ended when they were called",
      [put(1, 2, "a", 1), put(3, 4, "b", 2), put(5, 6, "a", 3), get(7, 8, "a")],
      [1, 2, 3, 3.5],
    ],
    [
      "not before a read that had ended",
      [put(1, 2, "a", 1), put(3, 9, "b", 2), get(4, 5, "b"), put(4, 9, "a", 3), get(6, 7, "a")],
      [1, 2, 2.5, 3, 3.5],
    ],
    [
      "behind a write of which nobody heard",
      [
        {
          process: "w",
          call: 1,
          input: { f: "put", key: "k", value: "a" },
          status: "open",
          order: 4,
        },
        get(2, 3, "a"),
      ],
      [4, 4.5],
    ],
    [
      "between two commands of a run, which are in one entry",
      [put(1, 9, "a", 5), put(1, 9, "b", 5 + 1 / 2048), get(2, 3, "a"), get(4, 5, "b")],
      [5, 5 + 1 / 2048, 5 + 1 / 4096, 5.5 + 1 / 2048],
    ],
    ["key by key", [put(1, 2, "a", 1), put(3, 4, "b", 2, "l"), get(5, 6, "a")], [1, 2, 1.5]],
    ["nowhere, when nothing explains them", [put(1, 2, "a", 1), get(3, 4, "z")], [1, undefined]],
  ])("%s", (_how, operations, orders) => {
    expect(ordersOf(makeHistory(operations))).toEqual(orders);
  });

  it("the order of the log then explains a long history without a search", () => {
    const chance = new Chance(7);
    const operations = Array.from({ length: 2000 }, (_none, at): Operation => {
      const value = at % 2 === 0 ? `v${at}` : `v${at - 1}`;
      const late = chance.below(40);
      return at % 2 === 0 ? put(at, at + 1 + late, value, at + 1) : get(at, at + 0.5, value);
    });
    const history = interpretHistory(makeHistory(operations), model);
    const verdict = checkLinearizable(withReadsPlaced(history, model), model);
    expect(verdict).toMatchObject({
      verdict: "valid",
      objects: [{ key: '"k"', by: "claimed" }],
    });
  });
});

describe("the verdict on a history", () => {
  function judged(
    history: History,
    looks?: number,
  ): { doubt: string | undefined; found: string[] } {
    const found: string[] = [];
    const doubt = judgeHistory(
      history,
      model,
      ({ check, text }) => found.push(`${check}: ${text}`),
      looks,
    );
    return { doubt, found };
  }

  it("a wrong order of the log is not a violation if another order is right", () => {
    const history = makeHistory([put(1, 5, "a", 2), put(2, 6, "b", 1), get(7, 8, "b")]);
    expect(judged(history)).toEqual({ doubt: undefined, found: [] });
  });

  it("a read that no order explains is a violation", () => {
    const history = makeHistory([put(1, 2, "a", 1), get(3, 4, null)]);
    expect(judged(history)).toEqual({
      doubt: undefined,
      found: [
        'linearizable: "k": get -> null of r, called at 3 ms, fits nowhere: after 1 operations the state is "a"',
      ],
    });
  });

  it("a store that reads a missing key as an empty text is not this one", () => {
    expect(judged(makeHistory([get(1, 2, "")])).found).toHaveLength(1);
  });

  it("without enough clock reads there is a doubt, not a pass", () => {
    expect(judged(makeHistory([put(1, 2, "a", 1)]), 0)).toEqual({
      doubt: "whether the history is linearizable is unknown: the search took too much time",
      found: [],
    });
  });
});

describe("commands as calls of a history", () => {
  it.each([
    [
      { type: "put", key: "k", value: "1" },
      { f: "put", key: "k", value: "1" },
    ],
    [
      { type: "append", key: "k", value: "1" },
      { f: "append", key: "k", value: "1" },
    ],
    [
      { type: "get", key: "k" },
      { f: "get", key: "k", value: null },
    ],
    [
      { type: "delete", key: "k" },
      { f: "delete", key: "k", value: null },
    ],
    [
      { type: "compareAndSet", key: "k", expected: null, value: "1" },
      { f: "cas", key: "k", value: [null, "1"] },
    ],
  ])("%j", (command, call) => {
    expect(keyValueSpecification.callOf(command)).toEqual(call);
  });
});
