import { Session, splitWords, type Answer, type Failure } from "@kontiki/cli";
import type { LogLine } from "@kontiki/actors";
import { beforeEach, describe, expect, test } from "vitest";
import { FakeCluster } from "../support/fake-cluster.ts";

let cluster: FakeCluster;
let controller: AbortController;
let session: Session;

beforeEach(() => {
  cluster = new FakeCluster();
  controller = new AbortController();
  session = new Session(cluster, controller.signal);
});

async function reply(line: string): Promise<Answer | Failure> {
  const split = splitWords(line);
  if (split.type === "problem") throw new Error(split.message);
  return session.run(split.words);
}

async function replies(...lines: string[]): Promise<(Answer | Failure)[]> {
  const all: (Answer | Failure)[] = [];
  for (const line of lines) all.push(await reply(line));
  return all;
}

const error = (message: string): Failure => ({ type: "failed", outcome: "error", message });

describe("keys and values", () => {
  test("put, get, append, del", async () => {
    expect(
      await replies("put k v", "get k", "append k é", "get k", "del k", "del k", "get k"),
    ).toEqual([
      { type: "done" },
      { type: "got", value: "v" },
      { type: "appended", bytes: 3 },
      { type: "got", value: "vé" },
      { type: "deleted", present: true },
      { type: "deleted", present: false },
      { type: "got", value: null },
    ]);
  });

  test("cas", async () => {
    expect(
      await replies(
        "cas k old v",
        "cas k --absent v",
        "cas k --absent w",
        "cas k v w",
        'put k "--absent"',
        'cas k "--absent" x',
      ),
    ).toEqual([
      { type: "swapped", matched: false },
      { type: "swapped", matched: true },
      { type: "swapped", matched: false },
      { type: "swapped", matched: true },
      { type: "done" },
      { type: "swapped", matched: true },
    ]);
  });

  test("list", async () => {
    await replies("put b 2", "put a/1 x", "put a/0 y");
    expect(await replies("list", "list a/", "list c", 'list ""')).toEqual([
      {
        type: "pairs",
        pairs: [
          ["a/0", "y"],
          ["a/1", "x"],
          ["b", "2"],
        ],
      },
      {
        type: "pairs",
        pairs: [
          ["a/0", "y"],
          ["a/1", "x"],
        ],
      },
      { type: "pairs", pairs: [] },
      {
        type: "pairs",
        pairs: [
          ["a/0", "y"],
          ["a/1", "x"],
          ["b", "2"],
        ],
      },
    ]);
  });
});

describe("nodes", () => {
  test("the leader, by name and as whoever leads", async () => {
    expect(await replies("leader", "wait leader", "crash leader", "stop n1", "leader")).toEqual([
      { type: "leader", node: "n1" },
      { type: "leader", node: "n1" },
      { type: "node", node: "n1", now: "crashed" },
      { type: "node", node: "n1", now: "stopped" },
      { type: "leader", node: "n2" },
    ]);
  });

  test("no leader", async () => {
    expect(await replies("stop n1", "stop n2", "stop n3", "leader", "start n2", "leader")).toEqual([
      { type: "node", node: "n1", now: "stopped" },
      { type: "node", node: "n2", now: "stopped" },
      { type: "node", node: "n3", now: "stopped" },
      { type: "leader", node: null },
      { type: "node", node: "n2", now: "started" },
      { type: "leader", node: "n2" },
    ]);
  });

  test("status", async () => {
    expect(await reply("status")).toEqual({ type: "status", nodes: cluster.status() });
  });

  test("a node that is not there", async () => {
    expect(await reply("crash n9")).toEqual(error("there is no node n9"));
  });
});

describe("members", () => {
  test("come, go and get a vote", async () => {
    expect(
      await replies(
        "member add n4",
        "member add n5 --learner",
        "member promote n5",
        "member add n6 --replace n2",
        "member remove leader",
        "member list",
      ),
    ).toEqual([
      { type: "node", node: "n4", now: "added as a voter" },
      { type: "node", node: "n5", now: "added as a learner" },
      { type: "node", node: "n5", now: "promoted" },
      { type: "node", node: "n6", now: "added as a voter" },
      { type: "node", node: "n1", now: "removed" },
      {
        type: "members",
        members: {
          leader: "n3",
          index: 3,
          committed: true,
          members: [
            { id: "n3", role: "voter", uid: 0 },
            { id: "n4", role: "voter", uid: 1 },
            { id: "n5", role: "voter", uid: 2 },
            { id: "n6", role: "voter", uid: 3 },
          ],
        },
      },
    ]);
    expect(cluster.calls.filter((call) => call.startsWith("add"))).toEqual([
      "add n4 voter -",
      "add n5 learner -",
      "add n6 voter n2",
    ]);
  });

  test("the lead goes to another, named or not", async () => {
    expect(await replies("transfer n3", "transfer")).toEqual([
      { type: "leader", node: "n3" },
      { type: "leader", node: "n2" },
    ]);
    expect(cluster.calls).toEqual(["transfer n3", "transfer -"]);
  });

  test("a disk is wiped, a snapshot taken, a log compacted", async () => {
    expect(await replies("wipe n2", "snapshot leader", "compact n2")).toEqual([
      { type: "node", node: "n2", now: "wiped" },
      { type: "snapshot", node: "n1", index: 1, size: 1234 },
      { type: "compacted", node: "n2", first: 2 },
    ]);
    expect(cluster.calls).toContain("wipe n2");
  });

  test.each([
    ["member", "member takes list, add, remove or promote, not nothing"],
    ["member ad n4", 'member takes list, add, remove or promote, not "ad"'],
    [
      "member add",
      "member add takes 1 to 3 arguments, not 0: member add NODE [--learner|--replace OLD]",
    ],
    ["member add n4 n5", 'member add does not know "n5"'],
    [
      "member add n4 --replace",
      "an argument is missing: member add NODE [--learner|--replace OLD]",
    ],
    ["member list all", "member list takes no arguments, not 1: member list"],
    ["member remove n9", "there is no node n9"],
    ["member promote n9", "there is no node n9"],
    ["wipe", "wipe takes 1 argument, not 0: wipe NODE|leader"],
  ])("%s", async (line, message) => {
    expect(await reply(line)).toEqual(error(message));
  });
});

describe("reads", () => {
  test("go past the log, as sure and to whom they say", async () => {
    await reply("put k v");
    expect(
      await replies(
        "get k",
        "read k",
        "read k --consistency lease",
        "read k --node n2 --consistency stale",
        "list",
      ),
    ).toEqual([
      ...Array.from({ length: 4 }, () => ({ type: "got", value: "v" })),
      { type: "pairs", pairs: [["k", "v"]] },
    ]);
    expect(cluster.calls).toEqual([
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
    expect(await reply(line)).toEqual(error(message));
    expect(cluster.calls).toEqual([]);
  });

  test("that find no answer had no effect", async () => {
    cluster.next.push({ type: "definitelyNot", reason: "no leader" });
    expect(await reply("get k")).toEqual({
      type: "failed",
      outcome: "definitelyNot",
      message: "no leader",
    });
  });
});

describe("help", () => {
  test("for one command, for all of a group, and for none", async () => {
    expect(await replies("help cas", "help member add", "help member")).toEqual([
      { type: "help", names: ["cas"] },
      { type: "help", names: ["member add"] },
      { type: "help", names: ["member list", "member add", "member remove", "member promote"] },
    ]);
    expect(await replies("help me", "help cas me", "help member me")).toEqual([
      error('there is no command "me"'),
      error('there is no command "cas me"'),
      error('there is no command "member me"'),
    ]);
  });
});

describe("log", () => {
  async function indexes(line: string): Promise<number[]> {
    const answer = await reply(line);
    if (answer.type !== "log") throw new Error(JSON.stringify(answer));
    const found: LogLine[] = [];
    for await (const page of answer.pages) found.push(...page);
    return found.map((entry) => entry.index);
  }

  test("comes in pages from the first index to the end", async () => {
    for (let at = 2; at <= 100; at += 1) await reply("put k v");
    expect(await indexes("log n2 3")).toEqual(Array.from({ length: 98 }, (_, at) => at + 3));
    expect(cluster.calls.filter((call) => call.startsWith("log"))).toEqual([
      "log n2 3 64",
      "log n2 67 64",
      "log n2 101 64",
    ]);
  });

  test("from beyond the end it is empty", async () => {
    expect(await indexes("log leader 99")).toEqual([]);
  });

  test("a node that does not run has none to show", async () => {
    await reply("stop n2");
    expect(await reply("log n2")).toEqual(error("n2 does not run"));
  });

  test("an index counts from 1", async () => {
    expect(await reply("log n1 0")).toEqual(
      error('an index must be a whole number from 1 to 9007199254740991, not "0"'),
    );
  });
});

describe("wait and sleep", () => {
  test("wait for 30 s unless told otherwise", async () => {
    await replies("wait leader", "wait converged", "wait leader --timeout 5");
    await reply("wait converged --timeout 6");
    expect(cluster.calls).toEqual(["leader 30000", "converged 30000", "leader 5", "converged 6"]);
  });

  test("a wait that is too long fails", async () => {
    await replies("stop n1", "stop n2", "stop n3");
    expect(await reply("wait leader --timeout 7")).toEqual(
      error("waiting for a leader: not within 7 ms"),
    );
  });

  test.each([
    ["wait", "wait takes 1 to 3 arguments, not 0: wait leader|converged [--timeout MS]"],
    ["wait peace", 'wait takes "leader" or "converged", not "peace"'],
    ["wait leader 5", 'wait does not know "5"'],
    ["wait leader --timeout", "an argument is missing: wait leader|converged [--timeout MS]"],
    [
      "wait leader --timeout 5 6",
      "wait takes 1 to 3 arguments, not 4: wait leader|converged [--timeout MS]",
    ],
    [
      "wait leader --timeout 0",
      'a time in milliseconds must be a whole number from 1 to 86400000, not "0"',
    ],
    ["sleep 1.5", 'a time in milliseconds must be a whole number from 0 to 86400000, not "1.5"'],
    ["sleep -1", 'a time in milliseconds must be a whole number from 0 to 86400000, not "-1"'],
  ])("%s", async (line, message) => {
    expect(await reply(line)).toEqual(error(message));
  });

  test("sleep", async () => {
    expect(await reply("sleep 0")).toEqual({ type: "done" });
  });
});

describe("bad input", () => {
  test.each([
    ["frobnicate", 'there is no command "frobnicate"; "help" lists them all'],
    ["toString", 'there is no command "toString"; "help" lists them all'],
    ["x".repeat(200), `there is no command "${"x".repeat(40)}..."; "help" lists them all`],
    ["put k", "put takes 2 arguments, not 1: put K V"],
    ["get", "get takes 1 argument, not 0: get K"],
    ["list a b", "list takes at most 1 argument, not 2: list [PREFIX]"],
    ["quit now", "quit takes no arguments, not 1: quit"],
    ['put "" v', "a key has at least one character"],
    [`get ${"k".repeat(1025)}`, "this key has 1025 bytes; the most is 1024"],
    [`get ${"é".repeat(513)}`, "this key has 1026 bytes; the most is 1024"],
    [`put k ${"v".repeat(1048577)}`, "this value has 1048577 bytes; the most is 1048576"],
    [`cas k ${"v".repeat(1048577)} v`, "this value has 1048577 bytes; the most is 1048576"],
    [`list ${"k".repeat(1025)}`, "this prefix has 1025 bytes; the most is 1024"],
  ])("%.60s", async (line, message) => {
    expect(await reply(line)).toEqual(error(message));
    expect(cluster.calls).toEqual([]);
  });

  test("keys and values as long as may be", async () => {
    const [key, value] = ["k".repeat(1024), "v".repeat(1048576)];
    expect(await replies(`put ${key} ${value}`, `get ${key}`)).toEqual([
      { type: "done" },
      { type: "got", value },
    ]);
  });
});

describe("how a proposal ended is told apart", () => {
  test.each(["definitelyNot", "unknown"] as const)("%s", async (type) => {
    cluster.next.push({ type, reason: "because" });
    expect(await reply("put k v")).toEqual({ type: "failed", outcome: type, message: "because" });
  });

  test("an error that is the command's result", async () => {
    cluster.next.push({ type: "error", message: "two\n  lines" });
    expect(await reply("put k v")).toEqual(error("two lines"));
  });
});

describe("once interrupted", () => {
  test("the command that runs has an unknown outcome", async () => {
    cluster.next.push("never");
    const running = reply("put k v");
    controller.abort();
    expect(await running).toEqual({
      type: "failed",
      outcome: "unknown",
      message: "interrupted before it was done",
    });
  });

  test.each(["sleep 60000", "wait leader"])("%s ends", async (line) => {
    await replies("stop n1", "stop n2", "stop n3");
    const running = reply(line);
    controller.abort();
    expect((await running).type).toBe("failed");
  });

  test("no other command begins", async () => {
    controller.abort();
    expect(await reply("put k v")).toEqual({
      type: "failed",
      outcome: "definitelyNot",
      message: "interrupted before it began",
    });
    expect(cluster.calls).toEqual([]);
  });
});
