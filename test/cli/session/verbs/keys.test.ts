import { beforeEach, describe, expect, test } from "vitest";
import { error, PromptSession } from "../../support/prompt-session.ts";

let session: PromptSession;

beforeEach(() => {
  session = new PromptSession();
});

describe("keys and values", () => {
  test("put, get, append, del", async () => {
    expect(
      await session.replies(
        "put k v",
        "get k",
        "append k é",
        'append "" x',
        "append l !",
        "get k",
        "del k",
        "del k",
        "get k",
      ),
    ).toEqual([
      { text: "ok\n", json: null },
      { text: "v\n", json: "v" },
      { text: "ok, 3 bytes\n", json: 3 },
      error("a key has at least one character"),
      { text: "ok, 1 byte\n", json: 1 },
      { text: "vé\n", json: "vé" },
      { text: "deleted\n", json: true },
      { text: "(absent)\n", json: false },
      { text: "(absent)\n", json: null },
    ]);
  });

  test("a value that would control a terminal is escaped as text", async () => {
    await session.reply(String.raw`put k "\u001b[2J\u009b"`);
    expect(await session.reply("get k")).toEqual({
      text: '"\\u001b[2J\\u009b"\n',
      json: "\u001b[2J\u009b",
    });
  });

  test("cas", async () => {
    const done = { text: "ok\n", json: true };
    const noMatch = { text: "(no match)\n", json: false };
    expect(
      await session.replies(
        "cas k old v",
        "cas k --absent v",
        "cas k --absent w",
        "cas k v w",
        'put k "--absent"',
        'cas k "--absent" x',
      ),
    ).toEqual([noMatch, done, noMatch, done, { text: "ok\n", json: null }, done]);
  });

  test("list", async () => {
    await session.replies("put b 2", "put a/1 x", 'put "a/0 " ""');
    const a = [
      ["a/0 ", ""],
      ["a/1", "x"],
    ];
    expect(await session.replies("list", "list a/", "list c", 'list ""')).toEqual([
      { text: '"a/0 " ""\na/1 x\nb 2\n', json: [...a, ["b", "2"]] },
      { text: '"a/0 " ""\na/1 x\n', json: a },
      { text: "(none)\n", json: [] },
      { text: '"a/0 " ""\na/1 x\nb 2\n', json: [...a, ["b", "2"]] },
    ]);
  });
});

describe("reads", () => {
  test("do not go through the log, and have the requested consistency and node", async () => {
    await session.reply("put k v");
    expect(
      await session.replies(
        "get k",
        "read k",
        "read k --consistency lease",
        "read k --node n2 --consistency stale",
        "list",
      ),
    ).toEqual([
      ...Array.from({ length: 4 }, () => ({ text: "v\n", json: "v" })),
      { text: "k v\n", json: [["k", "v"]] },
    ]);
    expect(session.cluster.calls).toEqual([
      "put",
      "read linearizable -",
      "read linearizable -",
      "read lease -",
      "read stale n2",
      "read linearizable -",
    ]);
  });

  test.each([
    ["read k --consistency some", 'a consistency is linearizable, lease or stale, not "some"'],
    ["read k n2", 'read does not know "n2"'],
    ["read k --node", "an argument is missing: read K [--consistency C] [--node NODE]"],
  ])("%s", async (line, message) => {
    expect(await session.reply(line)).toEqual(error(message));
    expect(session.cluster.calls).toEqual([]);
  });

  test("without an answer had no effect", async () => {
    session.cluster.next.push({ type: "definitelyNot", reason: "no leader" });
    expect(await session.reply("get k")).toEqual({
      type: "failed",
      outcome: "definitelyNot",
      message: "no leader",
    });
  });
});

test("a word in double quotes is a key or a value, not an option", async () => {
  expect(
    await session.replies('put "--node" "--x"', 'read "--node" --node n2', 'get "--node"'),
  ).toEqual([
    { text: "ok\n", json: null },
    { text: "--x\n", json: "--x" },
    { text: "--x\n", json: "--x" },
  ]);
});

describe("limits of keys and values", () => {
  test.each([
    ['put "" v', "a key has at least one character"],
    [`get ${"k".repeat(1025)}`, "this key has 1025 bytes; the most is 1024"],
    [`get ${"é".repeat(513)}`, "this key has 1026 bytes; the most is 1024"],
    [`put k ${"v".repeat(1048577)}`, "this value has 1048577 bytes; the most is 1048576"],
    [`cas k ${"v".repeat(1048577)} v`, "this value has 1048577 bytes; the most is 1048576"],
    [`list ${"k".repeat(1025)}`, "this prefix has 1025 bytes; the most is 1024"],
  ])("%.60s", async (line, message) => {
    expect(await session.reply(line)).toEqual(error(message));
    expect(session.cluster.calls).toEqual([]);
  });

  test("a key and a value of the greatest length", async () => {
    const [key, value] = ["k".repeat(1024), "v".repeat(1048576)];
    expect(await session.replies(`put ${key} ${value}`, `get ${key}`)).toEqual([
      { text: "ok\n", json: null },
      { text: `${value}\n`, json: value },
    ]);
  });
});
