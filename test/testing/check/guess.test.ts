import { checkLinearizable, makeHistory, type Model, type Operation } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { judged, ok } from "../support/operations.ts";

/** Producers whose calls overlap in groups, and one consumer that shows their order much later. */
function queueOf(groups: number, width: number): readonly Operation[] {
  const values = Array.from({ length: groups * width }, (_, at) => at);
  const enqueued = values.map((value) => {
    const start = Math.floor(value / width) * 10;
    return ok(`p${value % width}`, start, start + 9, ["enqueue", value]);
  });
  // Within each group the values leave in reverse order.
  const dequeued = values.map((at) => {
    const group = Math.floor(at / width);
    const value = group * width + (width - 1 - (at % width));
    return ok("c", 10_000 + 2 * at, 10_001 + 2 * at, ["dequeue"], value);
  });
  return [...enqueued, ...dequeued];
}

describe("a guess at the order saves the search from trying all orders", () => {
  test("of a queue, from the order in which values leave", () => {
    const operations = queueOf(50, 8);
    const { verdict, cost } = judged("queue", operations);
    expect(verdict).toBe("valid");
    expect(cost.steps).toBeLessThan(3 * operations.length);
  });

  test("of a list, from the longest read", () => {
    const values = Array.from({ length: 200 }, (_, at) => at);
    const appends = values.map((at) =>
      ok(`p${at}`, at - (at % 10), at - (at % 10) + 9.5, ["append", at]),
    );
    const list = values.map((at) => at - (at % 10) + (9 - (at % 10)));
    const { verdict, cost } = judged("list-append", [
      ...appends,
      ok("r", 500, 501, ["read"], list),
    ]);
    expect(verdict).toBe("valid");
    expect(cost.steps).toBeLessThan(3 * values.length);
  });

  test("of a text that is appended to and overwritten, from what was found", () => {
    // Ten run at a time, and they take effect in the reverse order of their returns. A new text begins every third time.
    const operations: Operation[] = [];
    let text = "";
    for (let group = 0; group < 30; group += 1) {
      const start = 100 * group;
      for (let at = 9; at >= 0; at -= 1) {
        const [value, isFirst] = [`v${group}-${at}.`, at === 9 && group % 3 === 0];
        text = isFirst ? value : text + value;
        operations.push(
          ok(`p${at}`, start, start + 50 - at, [isFirst ? "put" : "append", value, "x"], null),
        );
      }
      operations.push(ok("r", start + 90, start + 91, ["get", null, "x"], text));
    }
    const { verdict, cost } = judged("key-value", operations);
    expect(verdict).toBe("valid");
    expect(cost.steps).toBeLessThan(4 * operations.length);
  });

  test("of transactions on lists, from what they read", () => {
    // Twenty run at a time, and they take effect in the reverse order of their returns.
    const lists = new Map<string, number[]>();
    const operations = Array.from({ length: 400 }, (_, at) => {
      const [key, other] = [`k${at % 7}`, `k${(at * 3) % 5}`];
      const read = [...(lists.get(other) ?? [])];
      lists.set(key, [...(lists.get(key) ?? []), at]);
      const start = 100 * Math.floor(at / 20);
      return ok(
        `p${at}`,
        start,
        start + 99 - (at % 20),
        [
          "txn",
          [
            ["r", other, null],
            ["append", key, at],
          ],
        ],
        [
          ["r", other, read],
          ["append", key, at],
        ],
      );
    });
    const { verdict, cost } = judged("txn-list-append", operations);
    expect(verdict).toBe("valid");
    expect(cost.steps).toBeLessThan(3 * operations.length);
  });

  test("and a guess that is wrong or NaN costs only time", () => {
    const operations = queueOf(3, 4);
    for (const output of [0, 3]) {
      const all = [
        ...operations,
        ok("c", 90_000, 90_001, ["dequeue"], output === 0 ? null : output),
      ];
      expect(judged("queue", all).verdict).toBe(output === 0 ? "valid" : "violated");
    }
    const numbers: Model<number, number, number> = {
      name: "counter",
      init: 0,
      step: (state, input, output) => (output === state + input ? output : undefined),
      key: (state) => state,
      rank: (all) => all.map((_, at) => (at % 2 === 0 ? Number.NaN : -at)),
      describe: String,
      describeState: String,
    };
    const history = makeHistory<number, number>(
      [3, 1, 2].map((output) => ({
        process: "a",
        call: 0,
        return: 9,
        status: "ok",
        input: 1,
        output,
      })),
    );
    expect(checkLinearizable(history, numbers).verdict).toBe("valid");
  });
});

test("inputs that are not plain data are distinguished", () => {
  const register: Model<number, ReadonlyMap<string, number>, number> = {
    name: "register of maps",
    init: 0,
    // A write of 1 is never possible.
    step(state, input, output) {
      const written = input.get("write");
      if (written === undefined) return output === state ? state : undefined;
      return written === 1 ? undefined : written;
    },
    key: (state) => state,
    describe: String,
    describeState: String,
  };
  const write = (value: number): Operation<ReadonlyMap<string, number>, number> => ({
    process: "w",
    call: 0,
    status: "open",
    input: new Map([["write", value]]),
  });
  const read: Operation<ReadonlyMap<string, number>, number> = {
    process: "r",
    call: 1,
    return: 2,
    status: "ok",
    input: new Map(),
    output: 2,
  };
  // If the writes counted as equal, the search would only try the one that was called first.
  expect(checkLinearizable(makeHistory([write(1), write(2), read]), register)).toMatchObject({
    verdict: "valid",
    objects: [{ order: [{ status: "open" }, { status: "ok" }] }],
  });
});
