import { describe, expect, test } from "vitest";
import { KontikiError } from "../../../packages/actors/src/errors.ts";
import type { MethodCounts } from "../../../packages/actors/src/options/argument-count.ts";
import { flag, patience, shown, whole } from "../../../packages/actors/src/options/rules.ts";
import {
  checkOptions,
  needed,
  wrongOptions,
  type Schema,
} from "../../../packages/actors/src/options/schema.ts";
import { oneOf } from "../../../packages/actors/src/options/words.ts";
import { reachedFrom } from "../../testing/support/imports.ts";

type Options = {
  readonly count: number;
  readonly fast?: boolean;
  readonly timeoutMs?: number | undefined;
  readonly as?: "voter" | "learner";
};

const OPTIONS: Schema<Options> = {
  count: needed(whole(1, 3)),
  fast: flag,
  timeoutMs: patience,
  as: oneOf("voter", "learner"),
};

describe("a schema that does not fit its type does not compile", () => {
  test("when an option has no rule", () => {
    // @ts-expect-error -- `as` has no rule
    const schema: Schema<Options> = { count: needed(whole(1)), fast: flag, timeoutMs: patience };
    expect(Object.keys(schema)).toHaveLength(3);
  });

  test("when a rule has no option", () => {
    // @ts-expect-error -- there is no option `slow`
    const schema: Schema<Options> = { ...OPTIONS, slow: flag };
    expect(Object.keys(schema)).toHaveLength(5);
  });

  test("when a rule is for another type, wider or narrower", () => {
    // @ts-expect-error -- `fast` is no number
    const wrong: Schema<Options> = { ...OPTIONS, fast: whole(1) };
    // @ts-expect-error -- `as` may also be "learner"
    const narrow: Schema<Options> = { ...OPTIONS, as: oneOf("voter") };
    // @ts-expect-error -- `as` cannot be "leader"
    const wide: Schema<Options> = { ...OPTIONS, as: oneOf("voter", "learner", "leader") };
    expect([wrong, narrow, wide]).toHaveLength(3);
  });

  test("when an option that must be given may be left out, or the reverse", () => {
    // @ts-expect-error -- `count` is needed
    const loose: Schema<Options> = { ...OPTIONS, count: whole(1) };
    // @ts-expect-error -- `fast` is optional
    const strict: Schema<Options> = { ...OPTIONS, fast: needed(flag) };
    expect([loose, strict]).toHaveLength(2);
  });
});

describe("a count of arguments that does not fit the class does not compile", () => {
  class Door {
    open(_key: string, _options?: object): Promise<void> {
      return Promise.resolve();
    }
    close(): void {}
    ring(...times: readonly number[]): number {
      return times.length;
    }
  }
  const rejects = { open: 2 } as const;
  const throws = { close: 0, ring: Infinity } as const;

  test("when it is another one, or a method is missing, or one is in the wrong list", () => {
    const right: MethodCounts<Door> = { rejects, throws };
    // @ts-expect-error -- `open` takes two
    const wrong: MethodCounts<Door> = { rejects: { open: 1 }, throws };
    // @ts-expect-error -- `close` is missing
    const missing: MethodCounts<Door> = { rejects, throws: { ring: Infinity } };
    // @ts-expect-error -- `open` returns a promise
    const list: MethodCounts<Door> = { rejects: {}, throws: { ...throws, open: 2 } };
    expect([right, wrong, missing, list]).toHaveLength(4);
  });
});

describe("options", () => {
  test.each<[Options | undefined]>([
    [undefined],
    [{ count: 1 }],
    [{ count: 3, fast: false, timeoutMs: Infinity, as: "learner" }],
    [{ count: 1, fast: undefined, timeoutMs: undefined, as: undefined } as unknown as Options],
    [Object.assign(Object.create(null) as object, { count: 1 }) as Options],
  ])("that are right: %o", (options) => {
    expect(wrongOptions("f", OPTIONS, options)).toBeUndefined();
  });

  test.each([
    [{}, "f: count is undefined: give a whole number from 1 to 3"],
    [{ count: 1, Fast: true }, "f: Fast is not an option: did you mean fast?"],
    [{ count: 1, timeout: 5 }, "f: timeout is not an option: did you mean timeoutMs?"],
    [{ count: 1, time: 5 }, "f: time is not an option: did you mean timeoutMs?"],
    [{ count: 1, learner: true }, "f: learner is not an option: did you mean as: 'learner'?"],
    [{ count: 1, zzz: 1 }, "f: zzz is not an option: the options are count, fast, timeoutMs, as"],
    [
      { count: 1, "a b": 1 },
      "f: 'a b' is not an option: the options are count, fast, timeoutMs, as",
    ],
    [
      { count: 1, zzz: undefined },
      "f: zzz is not an option: the options are count, fast, timeoutMs, as",
    ],
    [
      JSON.parse('{ "count": 1, "__proto__": 1 }'),
      "f: __proto__ is not an option: the options are count, fast, timeoutMs, as",
    ],
    [
      Object.create({ count: 1, fast: true }),
      "f: options is not a plain object, and what it inherits from its prototype would not be read: give an object such as { count: ..., ... }",
    ],
    [
      new (class Settings {
        count = 2;
        get fast() {
          return true;
        }
      })(),
      "f: options is not a plain object, and what it inherits from its class Settings would not be read: give an object such as { count: ..., ... }",
    ],
    [
      {
        get count() {
          return 1;
        },
      },
      "f: count is a getter: give its value",
    ],
    [
      Object.defineProperty({ count: 1 }, "fast", { value: true }),
      "f: fast is not enumerable: give it as an ordinary property",
    ],
    [
      { count: 1, [Symbol("fast")]: true },
      "f: Symbol(fast) is not an option: the options are count, fast, timeoutMs, as",
    ],
    [
      { count: 1, as: "Voter" },
      "f: as is 'Voter': give one of voter, learner; did you mean 'voter'?",
    ],
    [{ count: 1, as: undefined, fast: null }, "f: fast is null: give true or false"],
    [Promise.resolve({}), "f: options is a Promise: await it"],
  ] as [object, string][])("that are wrong: %o", (options, message) => {
    expect(() => checkOptions("f", OPTIONS, options as Options)).toThrow(new KontikiError(message));
  });
});

test("a wrong value is shown on one short line, and none of its code runs", () => {
  const code = (): never => {
    throw new Error("it ran");
  };
  const hostile = {
    toString: code,
    toJSON: code,
    [Symbol.for("nodejs.util.inspect.custom")]: code,
  };
  expect(shown(hostile)).toMatch(/^\{ toString: \[Function: code\], /);
  expect(
    shown({
      get a() {
        return code();
      },
    }),
  ).toBe("{ a: [Getter] }");
  expect(shown("a\nb")).toBe(String.raw`'a\nb'`);
  expect(shown("x".repeat(1000))).toHaveLength(62 + "... 940 more characters".length);
  expect(shown(new Error("two\nlines"))).not.toContain("\n");
  expect(shown(Array.from({ length: 100 }, () => "y".repeat(60))).length).toBeLessThan(130);
});

test("a node's thread loads the rules, and neither schemas nor suggestions", () => {
  const { files } = reachedFrom(["packages/actors/src/threads/worker.ts"]);
  expect(files.filter((file) => file.includes("/options/"))).toEqual([
    "packages/actors/src/options/argument.ts",
    "packages/actors/src/options/rules.ts",
  ]);
});
