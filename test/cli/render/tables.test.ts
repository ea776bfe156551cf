import { colorsFor, memberTable, statusTable } from "@kontiki/cli";
import type { Members, NodeStatus, RaftStatus } from "@kontiki/actors";
import { index, nodeId, term } from "@kontiki/core";
import { describe, expect, test } from "vitest";

const noColors = colorsFor({}, {});
const n1 = nodeId("n1");

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
  lacks: undefined,
  receiving: undefined,
});

/** A node that has been a follower since its first start, except for the given fields. */
function node(id: string, fields: Partial<NodeStatus> = {}): NodeStatus {
  return {
    id: nodeId(id),
    life: { type: "running" },
    incarnation: 1,
    restarts: 0,
    raft: raft("follower", 7),
    uid: 0,
    trouble: undefined,
    condition: undefined,
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

const members: Members = {
  leader: n1,
  index: index(57),
  committed: true,
  members: [
    { id: n1, role: "voter", uid: 0 },
    { id: nodeId("n4"), role: "joining", uid: 12 },
  ],
};

describe("nodes", () => {
  test("as a table, followed by their problems", () => {
    expect(`${statusTable(nodes, "n1", noColors)}\n`).toMatchInlineSnapshot(`
      "   node  role           term  first  commit   last  applied  snap  inc  restarts
      *  n1    leader           12      5   20000  20000    20000     4    1         0
         n2    follower         12      5       7  20000        7     4    3         2
         n3    restarting        -      -       -      -        -     -    1         1
         n4    stopped           -      -       -      -        -     -    1         0
         n5    learner          12      5       0  20000        0   29%    1         0
         n6    pre-candidate    12      5       7  20000        7     4    1         0
      n3 is restarting: out of memory
      n6 is in trouble: the disk is full
      "
    `);
  });

  test("in colours", () => {
    const colors = colorsFor({ isTTY: true }, {});
    expect(`${statusTable(nodes.slice(0, 2), "n1", colors)}\n`).toMatchInlineSnapshot(`
      "   [2mnode[22m  [2mrole[22m      [2mterm[22m  [2mfirst[22m  [2mcommit[22m   [2mlast[22m  [2mapplied[22m  [2msnap[22m  [2minc[22m  [2mrestarts[22m
      [32m*[39m  [32mn1[39m    [32mleader[39m      [32m12[39m      [32m5[39m   [32m20000[39m  [32m20000[39m    [32m20000[39m     [32m4[39m    [32m1[39m         [32m0[39m
         n2    follower    12      5       7  20000        7     4    3         2
      "
    `);
  });

  test("fit 80 columns with numbers of 6 digits", () => {
    const large = { ...raft("follower", 123_456), last: index(123_456) };
    const wide = { ...large, first: index(123_456), snapshot: index(123_456) };
    const lines = statusTable([node("n10", { raft: wide })], null, noColors).split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});

describe("what keeps a node from taking part", () => {
  test("is its role in the table, and explained after it", () => {
    const lacks = { from: index(50), to: index(300), answers: {} };
    const spoiled = [
      node("n1", { condition: "disk full", trouble: "the disk is full" }),
      node("n2", {
        condition: "repairing",
        trouble: "the log is damaged",
        raft: { ...raft("follower", 7), repairing: true, lacks },
      }),
      node("n3", { life: { type: "failed", cause: "its folder is lost" }, raft: undefined }),
      node("n4", { condition: "disk failed", trouble: "an I/O error" }),
    ];
    expect(`${statusTable(spoiled, null, noColors)}\n`).toMatchInlineSnapshot(`
      "   node  role         term  first  commit   last  applied  snap  inc  restarts
         n1    disk full      12      5       7  20000        7     4    1         0
         n2    repairing      12      5       7  20000        7     4    1         0
         n3    failed          -      -       -      -        -     -    1         0
         n4    disk failed    12      5       7  20000        7     4    1         0
      n1 is in trouble: the disk is full
      n2 is in trouble: the log is damaged
      n2 lacks entries from 50 up to 300
      n3 has failed: its folder is lost
      n4 is in trouble: an I/O error
      "
    `);
  });
});

test("members as a table", () => {
  expect(`${memberTable(members, noColors)}\n`).toMatchInlineSnapshot(`
    "   node  member   uid
    *  n1    voter      0
       n4    joining   12
    since entry 57
    "
  `);
  const first = { ...members, index: index(0) };
  expect(memberTable(first, noColors)).toMatch(/\nsince the beginning$/);
  const open = { ...members, committed: false };
  expect(memberTable(open, noColors)).toMatch(/\nsince entry 57, not committed yet$/);
});
