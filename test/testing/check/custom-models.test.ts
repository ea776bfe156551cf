import {
  checkLinearizable,
  interpretHistory,
  makeHistory,
  models,
  type AnyFileModel,
  type Operation,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { ok } from "../support/operations.ts";

const register = models.register as AnyFileModel;
const step = (...args: readonly [unknown, unknown, unknown]): unknown => register.step(...args);

const STALE = [ok("a", 0, 1, ["write", 1]), ok("a", 2, 3, ["read"], 2)];

function judge(model: AnyFileModel, operations: readonly Operation[] = STALE): unknown {
  return checkLinearizable(interpretHistory(makeHistory(operations), model), model).verdict;
}

describe("a custom model that returns what it must not is an error, never a verdict", () => {
  test.each<[string, Partial<AnyFileModel>, string]>([
    [
      "an async step",
      { step: async (...args) => Promise.resolve(step(...args)) },
      "returned something wrong from step, for write 1 in the state null: a Promise",
    ],
    [
      "false for no",
      { step: (...args) => step(...args) ?? false },
      "from step, for read -> 2 in the state 1: false, but init is 'null': return undefined",
    ],
    [
      "null for no",
      { step: (...args) => step(...args) ?? null },
      "from step, for read -> 2 in the state 1: null, but init is 'null': return undefined",
    ],
    ["a key that is none", { key: () => undefined as never }, "from key of the state"],
    ["a partition that is none", { partition: () => 7 as never }, "from partition"],
  ])("%s", (_title, wrong, message) => {
    expect(() => judge({ ...register, ...wrong })).toThrow(
      expect.objectContaining({
        name: "ModelError",
        message: expect.stringContaining(message) as string,
      }),
    );
  });

  test("null and booleans may be the states of a model that begins with one", () => {
    const flag: AnyFileModel = {
      ...register,
      init: null,
      step: (state, input) => ((input as { type: string }).type === "write" ? false : state),
      key: String,
    };
    expect(judge(flag)).toBe("valid");
  });
});

test("a model that changes its states is at fault, and the error names it", () => {
  const list: AnyFileModel = {
    name: "list-append",
    interpret: (operation) => models["list-append"].interpret(operation),
    init: [],
    step(state, input, output) {
      const items = state as unknown[];
      const { type, value } = input as { type: string; value: unknown };
      if (type === "append") {
        items.push(value);
        return items;
      }
      return output === `[${items.join()}]` ? items : undefined;
    },
    key: String,
    describe: (input, output) => `${JSON.stringify(input)} -> ${String(output)}`,
    describeState: String,
  };
  const operations = [
    ok("a", 0, 9, ["append", 1]),
    ok("b", 0, 9, ["append", 2]),
    ok("a", 10, 11, ["read"], [2, 1]),
  ];
  expect(() => judge(list, operations)).toThrow(
    /^the model list-append returned something wrong from step, .*: a changed state/,
  );
});
