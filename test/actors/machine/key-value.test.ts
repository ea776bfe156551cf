import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CommandError } from "../../../packages/actors/src/errors.ts";
import makeKeyValue, {
  KEY_BYTES_MAX,
  type KeyValue,
  VALUE_BYTES_MAX,
  type KeyValueCommand,
  type KeyValueResult,
} from "../../../packages/actors/src/machine/key-value.ts";

/** A machine with these pairs. */
function machine(pairs: Readonly<Record<string, string>> = {}): KeyValue {
  const made = makeKeyValue();
  for (const [key, value] of Object.entries(pairs)) made.apply({ type: "put", key, value });
  return made;
}

describe("commands", () => {
  const old = { a: "1", b: "two" };
  test.each<[string, KeyValueCommand, KeyValueResult, Readonly<Record<string, string>>]>([
    ["put, new", { type: "put", key: "c", value: "3" }, null, { ...old, c: "3" }],
    ["put, over another", { type: "put", key: "a", value: "" }, null, { ...old, a: "" }],
    ["get, present", { type: "get", key: "b" }, "two", old],
    ["get, absent", { type: "get", key: "c" }, null, old],
    ["delete, present", { type: "delete", key: "a" }, true, { b: "two" }],
    ["delete, absent", { type: "delete", key: "c" }, false, old],
    [
      "compare, equal",
      { type: "compareAndSet", key: "a", expected: "1", value: "9" },
      true,
      { ...old, a: "9" },
    ],
    ["compare, other", { type: "compareAndSet", key: "a", expected: "2", value: "9" }, false, old],
    [
      "compare, not absent",
      { type: "compareAndSet", key: "a", expected: null, value: "9" },
      false,
      old,
    ],
    [
      "compare, absent",
      { type: "compareAndSet", key: "c", expected: null, value: "9" },
      true,
      { ...old, c: "9" },
    ],
    [
      "compare, absent with a value",
      { type: "compareAndSet", key: "c", expected: "", value: "9" },
      false,
      old,
    ],
    [
      "append, to a value: its bytes, not its characters",
      { type: "append", key: "a", value: "ü€" },
      6,
      { ...old, a: "1ü€" },
    ],
    ["append, to nothing", { type: "append", key: "c", value: "xy" }, 2, { ...old, c: "xy" }],
    [
      "list, all",
      { type: "list", prefix: "" },
      [
        ["a", "1"],
        ["b", "two"],
      ],
      old,
    ],
    ["list, some", { type: "list", prefix: "b" }, [["b", "two"]], old],
    ["list, none", { type: "list", prefix: "bb" }, [], old],
  ])("%s", (_title, command, result, pairs) => {
    const at = machine(old);
    expect(at.apply(command)).toEqual(result);
    expect(at.snapshot()).toEqual(Object.entries(pairs));
  });

  test.each([
    [
      { type: "increment", key: "a" },
      CommandError,
      'knows no command {"type":"increment","key":"a"}',
    ],
    [{}, CommandError, "knows no command {}"],
    ["put", CommandError, 'knows no command "put"'],
    [null, CommandError, "null"],
    [{ type: "put", key: "a" }, CommandError, "a value is a string"],
    [{ type: "put", value: "a" }, CommandError, "a key is a string"],
    [{ type: "get", key: 7 }, CommandError, "a key is a string"],
    [{ type: "get", key: "" }, CommandError, "a key has at least one character"],
    [{ type: "list" }, CommandError, "a prefix is a string"],
    [{ type: "list", prefix: 1 }, CommandError, "a prefix is a string"],
    [
      { type: "compareAndSet", key: "a", value: "b" },
      CommandError,
      "expected is a string, or null for an absent key",
    ],
  ])("an invalid command changes nothing: %j", (command, kind, text) => {
    const at = machine({ a: "1" });
    const act = (): unknown => at.apply(command as KeyValueCommand);
    expect(act).toThrow(kind);
    expect(act).toThrow(text);
    expect(at.snapshot()).toEqual([["a", "1"]]);
  });
});

describe("questions", () => {
  test("get and list are answered as queries too", () => {
    const at = machine({ a: "1", ab: "2", b: "3" });
    expect(at.query({ type: "get", key: "a" })).toBe("1");
    expect(at.query({ type: "get", key: "c" })).toBe(null);
    expect(at.query({ type: "list", prefix: "a" })).toEqual([
      ["a", "1"],
      ["ab", "2"],
    ]);
  });

  test.each([
    [{ type: "put", key: "a", value: "9" }, CommandError, "answers no query"],
    [{ type: "delete", key: "a" }, CommandError, "answers no query"],
    [{ type: "get", key: "" }, CommandError, "a key has at least one character"],
    [{ type: "list" }, CommandError, "a prefix is a string"],
    [null, CommandError, "null"],
  ])("an invalid query changes nothing: %j", (question, kind, text) => {
    const at = machine({ a: "1" });
    const act = (): unknown => at.query(question as KeyValueCommand);
    expect(act).toThrow(kind);
    expect(act).toThrow(text);
    expect(at.snapshot()).toEqual([["a", "1"]]);
  });
});

describe("limits, in bytes of UTF-8", () => {
  /** This many bytes of a character, filled up with a smaller one. */
  const key = (bytes: number, of = "k"): string => {
    const count = Math.floor(bytes / Buffer.byteLength(of));
    return of.repeat(count) + "k".repeat(bytes - count * Buffer.byteLength(of));
  };

  test.each(["k", "ü", "€", "😀"])("a key of %s up to 1,024 bytes", (character) => {
    const at = machine();
    at.apply({ type: "put", key: key(KEY_BYTES_MAX, character), value: "1" });
    expect(at.apply({ type: "get", key: key(KEY_BYTES_MAX, character) })).toBe("1");
    const over = key(KEY_BYTES_MAX, character) + "k";
    for (const command of [
      { type: "put", key: over, value: "1" },
      { type: "get", key: over },
      { type: "delete", key: over },
      { type: "append", key: over, value: "" },
      { type: "compareAndSet", key: over, expected: null, value: "1" },
    ] as const)
      expect(() => at.apply(command)).toThrow("this key has 1025 bytes; the most is 1024");
  });

  test("a value up to 1 MiB", () => {
    const at = machine();
    const value = key(VALUE_BYTES_MAX, "€k");
    expect(at.apply({ type: "put", key: "a", value })).toBe(null);
    const over = `${value}k`;
    for (const command of [
      { type: "put", key: "a", value: over },
      { type: "append", key: "b", value: over },
      { type: "compareAndSet", key: "a", expected: value, value: over },
    ] as const)
      expect(() => at.apply(command)).toThrow("this value has 1048577 bytes; the most is 1048576");
    expect(at.apply({ type: "get", key: "a" })).toBe(value);
  });

  test("an append counts the present value, and does not change it when it is rejected", () => {
    const at = machine({ a: "v".repeat(VALUE_BYTES_MAX - 2) });
    expect(() => at.apply({ type: "append", key: "a", value: "€" })).toThrow(CommandError);
    expect(at.apply({ type: "append", key: "a", value: "ü" })).toBe(VALUE_BYTES_MAX);
    expect(() => at.apply({ type: "append", key: "a", value: "v" })).toThrow(CommandError);
  });
});

describe("the same on every node", () => {
  const text = fc.string({ minLength: 1, maxLength: 3, unit: "grapheme" });
  const command: fc.Arbitrary<KeyValueCommand> = fc.oneof(
    fc.record({ type: fc.constant("put" as const), key: text, value: text }),
    fc.record({ type: fc.constant("append" as const), key: text, value: text }),
    fc.record({ type: fc.constant("delete" as const), key: text }),
  );

  test("pairs are listed in order of UTF-16 code units, however they were written", () => {
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const at = machine();
        for (const one of commands) at.apply(one);
        const listed = at.apply({ type: "list", prefix: "" }) as readonly [string, string][];
        const keys = listed.map(([one]) => one);
        expect(keys).toEqual([...new Set(keys)].sort());
        const inReverse = machine(Object.fromEntries([...listed].reverse()));
        expect(inReverse.snapshot()).toEqual(at.snapshot());
      }),
      { seed: 6 },
    );
    const odd = machine({ "\uffff": "1", "😀": "2", z: "3", Z: "4", é: "5" });
    expect(odd.snapshot().map(([one]) => one)).toEqual(["Z", "z", "é", "😀", "\uffff"]);
  });

  test("a restored snapshot is the same machine, without its earlier state", () => {
    const [from, to] = [machine({ a: "1", b: "2" }), machine({ a: "9", c: "3" })];
    const snapshot = from.snapshot();
    to.restore(snapshot);
    from.apply({ type: "delete", key: "a" });
    expect(to.snapshot()).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });

  test("keys named like properties of objects are keys like any other", () => {
    const at = machine();
    for (const key of ["__proto__", "constructor", "toString"]) {
      expect(at.apply({ type: "get", key })).toBe(null);
      at.apply({ type: "put", key, value: key });
    }
    expect(at.snapshot().length).toBe(3);
  });

  test("a snapshot in parts shows the state at its beginning; lists show the present one", () => {
    const value = "v".repeat(40_000);
    const from = machine({ a: value, b: value, c: value });
    const parts = from.snapshotParts()[Symbol.iterator]();
    const first: unknown = parts.next().value;
    from.apply({ type: "put", key: "c", value: "new" });
    from.apply({ type: "delete", key: "a" });
    from.apply({ type: "put", key: "d", value: "4" });
    const present = [
      ["b", value],
      ["c", "new"],
      ["d", "4"],
    ];
    expect(from.apply({ type: "list", prefix: "" })).toEqual(present);
    const rest: unknown[] = [];
    for (let next = parts.next(); next.done !== true; next = parts.next()) rest.push(next.value);
    expect(rest.length).toBe(1);
    const to = machine({ x: "9" });
    to.restoreParts([first, ...rest]);
    expect(to.snapshot()).toEqual(Object.entries({ a: value, b: value, c: value }));
    expect(from.snapshot()).toEqual(present);
  });

  test.each([[null], [["a"]], [["a", 1]], [[["a", "1"]]], [["", "1"]]])(
    "invalid parts are rejected: %j",
    (part) => {
      expect(() => machine().restoreParts([part])).toThrow(/a part of|a value|a key/);
    },
  );
});
