import {
  answerJson,
  answerText,
  benchJson,
  benchText,
  colorsFor,
  commandNames,
  eventText,
  failureJson,
  type Answer,
  type BenchRun,
} from "@kontiki/cli";
import type { ClusterEvent, LogLine, Members, NodeStatus, RaftStatus } from "@kontiki/actors";
import { index, initialMembership, nodeId, term, type Membership } from "@kontiki/core";
import { describe, expect, test } from "vitest";

const noColors = colorsFor({}, {});
const n1 = nodeId("n1");

async function joined(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

const text = (answer: Answer): Promise<string> => joined(answerText(answer, noColors));
const json = (answer: Answer): Promise<string> => joined(answerJson(["cmd"], answer));

async function* pages(...entries: LogLine[][]): AsyncGenerator<LogLine[]> {
  yield* entries;
}

const entries: LogLine[] = [
  { type: "noop", index: 1, term: 1 },
  ...[
    { type: "put", key: "k", value: "two words" },
    { type: "get", key: "" },
    { type: "delete", key: "#" },
    { type: "compareAndSet", key: "k", expected: null, value: "v" },
    { type: "compareAndSet", key: "k", expected: "v", value: 'w"' },
    { type: "append", key: "k", value: "\n\u001b" },
    { type: "list", prefix: "a/" },
    { type: "list", other: 1 },
    null,
  ].map((command, at) => ({
    type: "command" as const,
    index: at + 2,
    term: 3,
    client: 42,
    sequence: at + 1,
    command,
  })),
];

const raft = (role: RaftStatus["role"], commit: number): RaftStatus => ({
  role,
  term: term(12),
  leader: n1,
  commit: index(commit),
  last: index(20_000),
  applied: index(commit),
  first: index(5),
  snapshot: index(4),
  votes: true,
  repairing: false,
  receiving: undefined,
});

/** A node that runs as a follower since its first start, but for what is given. */
function node(id: string, fields: Partial<NodeStatus> = {}): NodeStatus {
  return {
    id: nodeId(id),
    life: { type: "running" },
    incarnation: 1,
    restarts: 0,
    raft: raft("follower", 7),
    uid: 0,
    trouble: undefined,
    ...fields,
  };
}

const cause = "out of memory";
const nodes: readonly NodeStatus[] = [
  node("n1", { raft: raft("leader", 20_000) }),
  node("n2", { incarnation: 3, restarts: 2 }),
  node("n3", { life: { type: "restarting", cause }, restarts: 1, raft: undefined }),
  node("n4", { life: { type: "stopped" }, raft: undefined, uid: 1 }),
  node("n5", {
    uid: 2,
    raft: {
      ...raft("follower", 0),
      votes: false,
      receiving: { received: 2_999, size: 10_000 },
    },
  }),
  node("n6", { raft: raft("preCandidate", 7), trouble: "the disk is full" }),
];

const voters = [n1, nodeId("n2"), nodeId("n3")];
const three = initialMembership(voters);
const joining: Membership = {
  ...three,
  outgoing: [n1, nodeId("n2")],
  learners: [nodeId("n4"), nodeId("n5")],
  promotions: [{ node: nodeId("n4"), replaces: undefined }],
};

const members: Members = {
  leader: n1,
  index: index(57),
  committed: true,
  members: [
    { id: n1, role: "voter", uid: 0 },
    { id: nodeId("n4"), role: "joining", uid: 12 },
  ],
};

describe("for people", () => {
  test.each<[string, Answer, string]>([
    ["done", { type: "done" }, "ok\n"],
    ["a value", { type: "got", value: "a b" }, "a b\n"],
    [
      "a value that would steer a terminal",
      { type: "got", value: "\u001b[2J\u009b" },
      '"\\u001b[2J\\u009b"\n',
    ],
    ["an absent key", { type: "got", value: null }, "(absent)\n"],
    ["deleted", { type: "deleted", present: true }, "deleted\n"],
    ["nothing to delete", { type: "deleted", present: false }, "(absent)\n"],
    ["swapped", { type: "swapped", matched: true }, "ok\n"],
    ["not swapped", { type: "swapped", matched: false }, "(no match)\n"],
    ["appended", { type: "appended", bytes: 1 }, "ok, 1 byte\n"],
    [
      "pairs",
      {
        type: "pairs",
        pairs: [
          ["a b", ""],
          ["c", "d"],
        ],
      },
      '"a b" ""\nc d\n',
    ],
    ["no pairs", { type: "pairs", pairs: [] }, "(none)\n"],
    ["a leader", { type: "leader", node: "n1" }, "n1\n"],
    ["no leader", { type: "leader", node: null }, "(none)\n"],
    ["a node", { type: "node", node: "n1", now: "crashed" }, "n1 crashed\n"],
    ["a new node", { type: "node", node: "n4", now: "added as a voter" }, "n4 added as a voter\n"],
    [
      "a snapshot",
      { type: "snapshot", node: "n1", index: 57, size: 1234 },
      "n1 has a snapshot up to entry 57, 1234 bytes\n",
    ],
    [
      "a shorter log",
      { type: "compacted", node: "n1", first: 58 },
      "the log of n1 begins at entry 58\n",
    ],
    ["quit", { type: "quit" }, ""],
    ["an empty log", { type: "log", pages: pages() }, ""],
  ])("%s", async (_title, answer, expected) => {
    expect(await text(answer)).toBe(expected);
  });

  test("status", async () => {
    expect(await text({ type: "status", nodes })).toMatchInlineSnapshot(`
      "   node  role           term  first  commit   last  applied  snapshot  incarnation  restarts
      *  n1    leader           12      5   20000  20000    20000         4            1         0
         n2    follower         12      5       7  20000        7         4            3         2
         n3    restarting        -      -       -      -        -         -            1         1
         n4    stopped           -      -       -      -        -         -            1         0
         n5    learner          12      5       0  20000        0       29%            1         0
         n6    pre-candidate    12      5       7  20000        7         4            1         0
      n3 is restarting: out of memory
      n6 is in trouble: the disk is full
      "
    `);
  });

  test("status in colours", async () => {
    const colors = colorsFor({ isTTY: true }, {});
    const painted = await joined(answerText({ type: "status", nodes: nodes.slice(0, 2) }, colors));
    expect(painted).toMatchInlineSnapshot(`
      "   [2mnode[22m  [2mrole[22m      [2mterm[22m  [2mfirst[22m  [2mcommit[22m   [2mlast[22m  [2mapplied[22m  [2msnapshot[22m  [2mincarnation[22m  [2mrestarts[22m
      [32m*[39m  [32mn1[39m    [32mleader[39m      [32m12[39m      [32m5[39m   [32m20000[39m  [32m20000[39m    [32m20000[39m         [32m4[39m            [32m1[39m         [32m0[39m
         n2    follower    12      5       7  20000        7         4            3         2
      "
    `);
  });

  test("status fits 100 columns with numbers of 7 digits", async () => {
    const large = { ...raft("preCandidate", 1_234_567), last: index(1_234_567) };
    const wide = { ...large, first: index(1_234_567), snapshot: index(1_234_567) };
    const lines = (await text({ type: "status", nodes: [node("n10", { raft: wide })] })).split(
      "\n",
    );
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
  });

  test("members", async () => {
    expect(await text({ type: "members", members })).toMatchInlineSnapshot(`
      "   node  member   uid
      *  n1    voter      0
         n4    joining   12
      since entry 57
      "
    `);
    const first = { ...members, index: index(0) };
    expect(await text({ type: "members", members: first })).toMatch(/\nsince the beginning\n$/);
    const open = { ...members, committed: false };
    expect(await text({ type: "members", members: open })).toMatch(
      /\nsince entry 57, not committed yet\n$/,
    );
  });

  test("log", async () => {
    const answer: Answer = { type: "log", pages: pages(entries.slice(0, 3), entries.slice(3)) };
    expect(await text(answer)).toMatchInlineSnapshot(`
      "1 1 noop
      2 3 42:1 put k "two words"
      3 3 42:2 get ""
      4 3 42:3 del "#"
      5 3 42:4 cas k --absent v
      6 3 42:5 cas k v w"
      7 3 42:6 append k "\\n\\u001b"
      8 3 42:7 list a/
      9 3 42:8 {"type":"list","other":1}
      10 3 42:9 null
      "
    `);
  });

  test("help", async () => {
    expect(await text({ type: "help", names: commandNames })).toMatchInlineSnapshot(`
      "put K V                                    set K to V
      get K                                      print the value of K
      read K [--consistency C] [--node NODE]     print the value of K; C: linearizable, lease or stale
      del K                                      delete K
      cas K OLD NEW                              set K to NEW if it is OLD (--absent: if there is no K)
      append K V                                 add V to the end of K's value
      list [PREFIX]                              print the pairs whose key starts with PREFIX
      status                                     print a table of the nodes
      leader                                     print the node that leads now, if any
      crash NODE|leader                          kill its thread without warning; it comes back by itself
      stop NODE|leader                           stop it in order; it stays away until it is started
      start NODE                                 start a node that was stopped or has failed
      wipe NODE|leader                           give it an empty disk; it learns everything again
      member list                                print who belongs to the cluster
      member add NODE [--learner|--replace OLD]  start a new node; it votes when it has caught up
      member remove NODE|leader                  take a node out of the cluster, and its disk away
      member promote NODE                        give a learner a vote when it has caught up
      transfer [NODE]                            have the leader hand over, to NODE or to the best placed
      snapshot NODE|leader                       have it take a snapshot and compact its log
      compact NODE|leader                        have it drop its log up to its newest snapshot
      log NODE|leader [FROM]                     print its log: index, term, client:sequence, command
      wait leader|converged [--timeout MS]       wait until one leads, or all agree; for at most 30 s
      sleep MS                                   do nothing for MS milliseconds
      help [COMMAND]                             print this list, or more about one command
      quit                                       stop the cluster in order and end, as end of input does

      Words are split at blanks; a word in double quotes is a JSON string: "two words\\n".
      Blank lines and lines that start with # are skipped.
      "
    `);
  });

  test("help for one command", async () => {
    expect(await text({ type: "help", names: ["wait"] })).toMatchInlineSnapshot(`
      "wait leader|converged [--timeout MS]
        wait until one leads, or all agree; for at most 30 s
        example: wait converged --timeout 5000
      "
    `);
  });
});

describe("for programs", () => {
  test.each<[string, Answer, unknown]>([
    ["done", { type: "done" }, null],
    ["a value", { type: "got", value: "\n" }, "\n"],
    ["an absent key", { type: "got", value: null }, null],
    ["deleted", { type: "deleted", present: true }, true],
    ["not swapped", { type: "swapped", matched: false }, false],
    ["appended", { type: "appended", bytes: 1 }, 1],
    ["pairs", { type: "pairs", pairs: [["a", ""]] }, [["a", ""]]],
    ["no leader", { type: "leader", node: null }, null],
    ["a node", { type: "node", node: "n1", now: "crashed" }, "n1"],
    ["a shorter log", { type: "compacted", node: "n1", first: 58 }, { node: "n1", first: 58 }],
    [
      "a snapshot",
      { type: "snapshot", node: "n1", index: 57, size: 1234 },
      { node: "n1", index: 57, size: 1234 },
    ],
    ["members", { type: "members", members }, members],
    ["quit", { type: "quit" }, null],
  ])("%s", async (_title, answer, value) => {
    const line = await json(answer);
    expect(line).toBe(`${JSON.stringify({ ok: true, command: ["cmd"], value })}\n`);
  });

  test("status", async () => {
    expect(JSON.parse(await json({ type: "status", nodes: nodes.slice(1, 3) })))
      .toMatchInlineSnapshot(`
        {
          "command": [
            "cmd",
          ],
          "ok": true,
          "value": [
            {
              "applied": 7,
              "cause": null,
              "commit": 7,
              "first": 5,
              "incarnation": 3,
              "last": 20000,
              "leads": false,
              "life": "running",
              "node": "n2",
              "receiving": null,
              "repairing": false,
              "restarts": 2,
              "role": "follower",
              "snapshot": 4,
              "term": 12,
              "trouble": null,
              "uid": 0,
              "votes": true,
            },
            {
              "applied": null,
              "cause": "out of memory",
              "commit": null,
              "first": null,
              "incarnation": 1,
              "last": null,
              "leads": false,
              "life": "restarting",
              "node": "n3",
              "receiving": null,
              "repairing": null,
              "restarts": 1,
              "role": null,
              "snapshot": null,
              "term": null,
              "trouble": null,
              "uid": 0,
              "votes": null,
            },
          ],
        }
      `);
  });

  test.each([
    ["no page", []],
    ["one page", [entries]],
    ["two pages", [entries.slice(0, 4), entries.slice(4)]],
  ])("a log of %s is one line", async (_title, all) => {
    const line = await json({ type: "log", pages: pages(...all) });
    expect(line.indexOf("\n")).toBe(line.length - 1);
    expect(JSON.parse(line)).toEqual({ ok: true, command: ["cmd"], value: all.flat() });
  });

  test("a log that broke off is one line as well", async () => {
    async function* broken(): AsyncGenerator<LogLine[]> {
      yield entries.slice(0, 1);
      throw new Error("gone");
    }
    let line = "";
    const reading = async (): Promise<void> => {
      for await (const piece of answerJson(["log", "n1"], { type: "log", pages: broken() })) {
        line += piece;
      }
    };
    await expect(reading()).rejects.toThrow("gone");
    line += failureJson([], { type: "failed", outcome: "error", message: "gone" }, 3, true);
    expect(JSON.parse(line)).toEqual({
      command: ["log", "n1"],
      value: entries.slice(0, 1),
      ok: false,
      error: "gone",
      outcome: "error",
      line: 3,
    });
  });

  test("a failure", () => {
    const failure = { type: "failed", outcome: "unknown", message: "no answer" } as const;
    expect(failureJson(["put", "k", "v"], failure, undefined)).toMatchInlineSnapshot(`
      "{"ok":false,"command":["put","k","v"],"error":"no answer","outcome":"unknown"}
      "
    `);
  });
});

test("entries of a log that are nobody's commands", async () => {
  const place = { index: 3, term: 2 };
  const log: LogLine[] = [
    { type: "membership", ...place, membership: three },
    { type: "membership", ...place, membership: joining },
    { type: "command", ...place, client: 7, sequence: 0, command: undefined },
  ];
  expect(await text({ type: "log", pages: pages(log) })).toMatchInlineSnapshot(`
    "3 2 membership voters n1 n2 n3
    3 2 membership voters n1 n2 n3, leaving n1 n2, joining n4, learners n5
    3 2 7:0 session
    "
  `);
});

describe("events", () => {
  const crash = { type: "crashed", node: n1, incarnation: 1, crashes: 1, cause: "boom" } as const;
  test.each<[ClusterEvent, string | undefined]>([
    [{ type: "leader", node: n1, term: term(2) }, "n1 leads term 2"],
    [{ ...crash, asked: false, restartInMs: 12.4 }, "n1 crashed: boom; restarts in 12 ms"],
    [{ ...crash, asked: true, restartInMs: 0 }, "n1 crashed as asked; restarts in 0 ms"],
    [{ ...crash, asked: false, restartInMs: undefined }, "n1 crashed: boom"],
    [{ type: "failed", node: n1, incarnation: 1, cause: "a\nb" }, 'n1 is given up: "a\\nb"'],
    [{ type: "stopped", node: n1, incarnation: 1 }, "n1 stopped"],
    [{ type: "started", node: n1, incarnation: 1, tornBytes: 0 }, undefined],
    [{ type: "started", node: n1, incarnation: 2, tornBytes: 0 }, "n1 started, incarnation 2"],
    [
      { type: "started", node: n1, incarnation: 1, tornBytes: 9 },
      "n1 started, incarnation 1; cut off 9 bytes of an unfinished write",
    ],
    [{ type: "trouble", node: n1, what: "a\nb" }, 'n1 is in trouble: "a\\nb"'],
    [{ type: "repaired", node: n1 }, "n1 is well again"],
    [
      { type: "membership", node: n1, index: index(3), membership: three, committed: true },
      "membership: voters n1 n2 n3",
    ],
    [
      { type: "membership", node: n1, index: index(3), membership: three, committed: false },
      undefined,
    ],
    [{ type: "deadLetter", to: "n1", reason: "not running" }, undefined],
    [
      { type: "deadLetter", to: "n1", reason: "mailbox full" },
      "mail to n1 is not delivered: mailbox full",
    ],
  ])("%o", (event, expected) => {
    expect(eventText(event)).toBe(expected);
  });
});

describe("bench", () => {
  const run: BenchRun = {
    options: { nodes: 3, outstanding: 64, payload: 100, seconds: 3, warmup: 1 },
    measured: {
      operations: 100_000,
      latency: { p50: 1234.56, p99: 4000, max: 9000.04 },
      cpu: { own: 4.567, other: 0.123 },
    },
    checked: { keys: 512, entries: 130_000, problems: [] },
  };

  test("one JSON line", () => {
    expect(benchJson(run)).toMatchInlineSnapshot(`
      "{"peer":"kontiki","durable":true,"payload":100,"outstanding":64,"ops_per_s":33333,"p50_us":1234.6,"p99_us":4000,"max_us":9000,"cpu_s":4.57,"other_cpu_s":0.12,"dur_s":3,"verified":true}
      "
    `);
  });

  test("for people", () => {
    expect(benchText(run, noColors)).toMatchInlineSnapshot(`
      "cluster     3 nodes, logs durable
      load        64 outstanding puts of 100 bytes
      throughput  33333 puts/s over 3 s
      latency     p50 1.23 ms, p99 4.00 ms, max 9.00 ms
      cpu         4.57 s, other processes 0.12 s
      checked     130000 log entries on each node, 512 keys
      verified    yes
      "
    `);
  });

  test("in memory, and not verified", () => {
    const failed = {
      ...run,
      options: { ...run.options, memory: true as const },
      checked: { ...run.checked, problems: ["the logs differ at index 3"] },
    };
    expect(JSON.parse(benchJson(failed))).toMatchObject({ durable: false, verified: false });
  });
});
