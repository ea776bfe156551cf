import {
  checkLinearizable,
  interpretHistory,
  makeHistory,
  placements,
  register,
  verdictPage,
  verdictReport,
  verdictText,
  type Operation,
} from "@kontiki/testing";
import { Script } from "node:vm";
import { describe, expect, test } from "vitest";
import { failed, ok, open } from "../support/operations.ts";

const now = (): number => 0;

const violated = [
  ok("a", 0, 1, ["write", 1]),
  failed("b", 0, 1, ["write", 9]),
  open("c", 0, ["cas", [1, 2]]),
  ok("a", 2, 3, ["read"], 1),
  ok("b", 2, 8, ["read"], 5),
  ok("a", 4, 9, ["cas", [7, 8]], true),
  ok("d", 10, 11, ["write", 3]),
];

function judge(operations: readonly Operation[], marks: Parameters<typeof makeHistory>[1] = {}) {
  const history = interpretHistory(makeHistory(operations, { unit: "ms", ...marks }), register);
  return { history, verdict: checkLinearizable(history, register, { now }) };
}

describe("text", () => {
  const text = (operations: readonly Operation[]): string => {
    const { history, verdict } = judge(operations);
    const plain = verdictText(history, register, verdict);
    return plain.replace(/checked in .*/, "checked in ...");
  };

  test("of a violation has the prefix, the state, and the operations that cannot be placed", () => {
    expect(text(violated))
      .toBe(`violated: 7 operations (1 never returned, 1 failed), not linearizable as register

longest linearizable prefix: 2 operations
       1  a  write 1  [0 to 1 ms]
       2  a  read -> 1  [2 to 3 ms]
  then the state is 1; other orders lead to 2

cannot be placed after it; the first one must be:
       x  b  read -> 5  [2 to 8 ms]
       x  a  cas 7 to 8 -> true  [4 to 9 ms]

checked in ...
`);
  });

  test("shows control characters of names, and does not print them", () => {
    const told = text([ok("\u001b[2J", 0, 1, ["write", 1]), ok("b", 2, 3, ["read"], 5)]);
    expect(told).toContain("       1  \\u001b[2J  write 1  [0 to 1 ms]\n");
    expect(told).toContain("       x  b          read -> 5  [2 to 3 ms]\n");
  });

  test("of a long prefix shows only its end", () => {
    const writes = Array.from({ length: 30 }, (_, at) =>
      ok("a", 2 * at, 2 * at + 1, ["write", at]),
    );
    const told = text([...writes, ok("b", 100, 101, ["read"], 99)]);
    expect(told).toContain("  ... 18 more before\n      19  a  write 18  [36 to 37 ms]\n");
    expect(told).toContain("      30  a  write 29  [58 to 59 ms]\n  then the state is 29\n");
  });

  test("of a valid history is short", () => {
    expect(text([ok("a", 0, 1, ["write", 1])])).toBe(
      "valid: 1 operation, linearizable as register\nchecked in ...\n",
    );
    expect(text([{ ...ok("a", 0, 1, ["write", 1]), order: 1 }])).toContain(
      "the claimed order verified for 1 of 1 object\n",
    );
  });

  test("of a claimed order that does not hold says where", () => {
    const wrong = [
      { ...ok("a", 0, 1, ["write", 1]), order: 5 },
      { ...ok("b", 2, 3, ["read"], 1), order: 4, line: 7 },
    ];
    expect(text(wrong)).toBe(
      "valid: 2 operations, linearizable as register\n" +
        "the claimed order does not hold: read -> 1 cannot follow null (b, 2 to 3 ms, order 4, line 7)\n" +
        "checked in ...\n",
    );
    const { history, verdict } = judge(wrong);
    expect(verdictReport(history, register, verdict)).toMatchObject({
      verdict: "valid",
      objects: { total: 1, claimed: 0 },
      brokenClaims: [
        {
          object: "",
          problem: "read -> 1 cannot follow null",
          operation: { process: "b", operation: "read -> 1", call: 2, return: 3 },
          order: 4,
        },
      ],
    });
    expect(verdictPage(history, register, verdict, "t")).toContain(
      "The claimed order does not hold: read -&gt; 1 cannot follow null (b, 2 to 3 ms, order 4, line 7).",
    );
  });

  test("of claimed orders that do not hold counts the other objects", () => {
    const of = (key: string): Operation[] => [
      { ...ok("a", 0, 1, ["write", 1, key]), order: 5 },
      { ...ok("b", 2, 3, ["read", null, key], 1), order: 4 },
    ];
    expect(text([...of("x"), ...of("y")])).toContain(
      'the claimed order of object "x" does not hold: "x": read -> 1 cannot follow null ' +
        "(b, 2 to 3 ms, order 4); nor do those of 1 other object\n",
    );
  });

  test("paints good and bad parts", () => {
    const { history, verdict } = judge(violated);
    const paint = { good: (part: string) => `+${part}+`, bad: (part: string) => `-${part}-` };
    expect(verdictText(history, register, verdict, paint)).toMatch(/^-violated-: 7/);
  });
});

test("plain data of an unknown verdict has the reason", () => {
  const { history } = judge(violated);
  const verdict = checkLinearizable(history, register, { memoryBytes: 0, now });
  expect(verdictReport(history, register, verdict)).toEqual({
    verdict: "unknown",
    model: "register",
    unit: "ms",
    operations: 7,
    elapsedMs: 0,
    steps: expect.any(Number) as number,
    configurations: expect.any(Number) as number,
    why: "memory",
  });
});

test("operations are placed with a number, or unplaced", () => {
  const { history, verdict } = judge(violated);
  const found = placements(verdict);
  expect(history.operations.map((one) => found.get(one))).toEqual([
    { type: "placed", number: 1 },
    undefined,
    undefined,
    { type: "placed", number: 2 },
    { type: "unplaced" },
    { type: "unplaced" },
    undefined,
  ]);
});

describe("a page", () => {
  const page = (operations: readonly Operation[], title = "t", marks = {}): string => {
    const { history, verdict } = judge(operations, marks);
    return verdictPage(history, register, verdict, title);
  };
  const element = (html: string, start: RegExp): string => {
    const [, text = ""] = new RegExp(`${start.source}>([^]*?)</script>`).exec(html) ?? [];
    return text;
  };

  test("contains all data that it draws", () => {
    const marks = {
      marks: [
        { type: "fault", text: "cut off", node: "n1", from: 2, to: 3 },
        { type: "leader", node: "n2", term: 4, from: 5 },
      ],
    };
    expect(JSON.parse(element(page(violated, "t", marks), /id="data"/))).toEqual({
      unit: "ms",
      processes: ["a", "b", "c", "d"],
      objects: [""],
      operations: [
        [0, 0, 1, "ok", "write 1", 1, false, 0],
        [1, 0, 1, "failed", "write 9 (failed)", 0, false, 0],
        [2, 0, null, "open", "cas 1 to 2 -> ? (never returned)", 0, false, 0],
        [0, 2, 3, "ok", "read -> 1", 2, false, 0],
        [1, 2, 8, "ok", "read -> 5", 0, true, 0],
        [0, 4, 9, "ok", "cas 7 to 8 -> true", 0, true, 0],
        [3, 10, 11, "ok", "write 3", 0, false, 0],
      ],
      bands: [
        { type: "fault", text: "n1: cut off", from: 2, to: 3 },
        { type: "leader", text: "leader n2, term 4", from: 5, to: null },
      ],
      blocked: 4,
    });
  });

  test("has one script and loads nothing", () => {
    const html = page(violated);
    const script = element(html, /<script/);
    expect(() => new Script(script)).not.toThrow();
    expect(script).not.toMatch(/^\s*(?:import|export)\b/m);
    expect(html).not.toMatch(/https?:|src=|href=|@import|url\(/);
  });

  test("escapes hostile names and values", () => {
    const evil = `</script><img src=x onerror="alert(1)">`;
    const html = page([ok(evil, 0, 1, ["write", evil]), ok(evil, 2, 3, ["read"], 1)], evil);
    expect(html).not.toContain("<img");
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(JSON.parse(element(html, /id="data"/))).toMatchObject({ processes: [evil] });
  });

  test("names the verdict of valid and unknown histories", () => {
    expect(page([ok("a", 0, 1, ["write", 1])], "h")).toContain(">h: linearizable</h1>");
    const { history } = judge(violated);
    const verdict = checkLinearizable(history, register, { memoryBytes: 0, now });
    expect(verdictPage(history, register, verdict, "h")).toContain(
      ">h: unknown, the memory limit was reached</h1>",
    );
  });
});
