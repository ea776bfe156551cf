import {
  checkLinearizable,
  interpretHistory,
  makeHistory,
  models,
  verdictText,
  type AnyFileModel,
  type Interpreted,
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

  test.each<[string, Partial<AnyFileModel>, string]>([
    [
      "an async interpret",
      { interpret: (async () => Promise.resolve({ input: 1, output: 2 })) as never },
      'returned something wrong from interpret, for operation "write" of process a at 0: a Promise',
    ],
    [
      "an interpret that returns nothing",
      { interpret: () => undefined as never },
      "undefined: give { input, output }",
    ],
    [
      "an async initial",
      { initial: async () => Promise.resolve(1) },
      "returned something wrong from initial, for 7: a Promise",
    ],
    ["an initial that returns nothing", { initial: () => undefined }, "undefined: give a state"],
    ["an async describe", { describe: (async () => "text") as never }, "a Promise"],
    ["a describeState that is none", { describeState: () => 5 as never }, "5: give a text"],
  ])("%s", (_title, wrong, message) => {
    const reading = { initial: 7 };
    const model = { ...register, ...wrong };
    const judged = (): string => {
      const history = interpretHistory(makeHistory(STALE, { reading }), model);
      return verdictText(history, model, checkLinearizable(history, model));
    };
    expect(judged).toThrow(
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

describe("a model with a member that no model has is refused, because it would be ignored", () => {
  const refused =
    (model: object): (() => unknown) =>
    () =>
      judge(model as AnyFileModel);

  test.each<[object, string]>([
    [{ readonly: () => true }, "model.readonly is not a member of a model: did you mean readOnly?"],
    [
      { partitionBy: () => "x" },
      "model.partitionBy is not a member of a model: did you mean partition?",
    ],
    [{ steps: 5 }, "model.steps is not a member of a model: did you mean step?"],
    [
      { zzz: 5 },
      "model.zzz is not a member of a model: the members are name, init, initial, step,",
    ],
    [{ partition: "key" }, "model.partition is 'key': give a function"],
    [{ name: 5 }, "model.name is 5: give a text"],
    [{ init: undefined }, "model.init is undefined: give the state before any operation"],
    [{ init: Promise.resolve(1) }, "model.init is [Promise]: give the state"],
  ])("%o", (wrong, message) => {
    expect(refused({ ...register, ...wrong })).toThrow(message);
  });

  test("a class may have members of its own, but no misspelt ones", () => {
    class Own {
      readonly name = "own";
      readonly init = register.init;
      readonly names = new Map();
      readonly key = String;
      readonly describe = String;
      readonly describeState = String;
      interpret(...args: Parameters<AnyFileModel["interpret"]>): Interpreted<unknown, unknown> {
        return register.interpret(...args);
      }
      step(...args: Parameters<AnyFileModel["step"]>): unknown {
        return register.step(...args);
      }
    }
    class Misspelt extends Own {
      readonly(): boolean {
        return true;
      }
    }
    expect(judge(new Own())).toBe("violated");
    expect(refused(new Misspelt())).toThrow("model.readonly is not a member of a model");
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
