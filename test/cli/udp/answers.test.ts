import { index, nodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import type { Kept } from "../../../packages/cli/src/udp/keeper.ts";
import { Unanswered } from "../../../packages/cli/src/udp/unanswered.ts";
import type { UdpNode } from "../../../packages/cli/src/udp/udp-node.ts";
import {
  appendAnswer,
  appendEntries,
  elect,
  handle,
  linesOf,
  makeNode,
  PATIENCE_MS,
  requestVote,
  sentBy,
  vote,
} from "../support/udp/node.ts";

describe("what an answer proves", () => {
  test("at most the smallest unanswered AppendEntries", () => {
    const unanswered = new Unanswered(PATIENCE_MS);
    for (const end of [4, 9, 7]) unanswered.add(index(end), 1, 0);
    expect(unanswered.succeeded(index(20), 1)).toBe(4);
    expect(unanswered.succeeded(index(20), 1)).toBe(4);
    expect(unanswered.succeeded(index(20), 1)).toBe(4);
    expect(unanswered.succeeded(index(20), 1)).toBeUndefined();
  });

  test("a success answers no AppendEntries that goes beyond the follower's log", () => {
    const unanswered = new Unanswered(PATIENCE_MS);
    for (const end of [5, 9]) unanswered.add(index(end), 1, 0);
    expect(unanswered.succeeded(index(4), 1)).toBeUndefined();
    expect(unanswered.succeeded(index(5), 1)).toBe(5);
    expect(unanswered.succeeded(index(9), 1)).toBe(9);
  });

  test("a lost one is given up in time", () => {
    const unanswered = new Unanswered(PATIENCE_MS);
    unanswered.add(index(2), 1, 0);
    unanswered.add(index(6), 1, 8000);
    expect(unanswered.succeeded(index(6), PATIENCE_MS - 1)).toBe(2);
    unanswered.add(index(6), 1, 9000);
    expect(unanswered.succeeded(index(6), PATIENCE_MS)).toBe(6);
    expect(unanswered.failed(undefined, PATIENCE_MS)).toBe(false);
  });
});

describe("a leader", () => {
  /** A leader that has sent the entries 1 to 4 to both followers. */
  function leaderOfFour(): UdpNode {
    const node = makeNode();
    elect(node);
    handle(node, "node2", vote(1));
    handle(node, "node0", appendAnswer(1, true, 0));
    handle(node, "node2", appendAnswer(1, true, 0));
    node.timeout("heartbeatTimeout");
    return node;
  }

  test("sends values with the next heartbeat, in one message to each follower", () => {
    const node = makeNode();
    elect(node);
    expect(sentBy(handle(node, "node2", vote(1)))).toEqual([]);
    expect(sentBy(handle(node, "node0", appendAnswer(1, true, 0)))).toEqual([]);
    expect(sentBy(handle(node, "node2", appendAnswer(1, true, 0)))).toEqual([]);
    const entries = [1, 2, 3, 4].map((at) => [at, 1, at - 1] as const);
    const message = appendEntries({ term: 1, from: "node1", entries });
    expect(sentBy(node.timeout("heartbeatTimeout"))).toEqual([
      ["node0", message],
      ["node2", message],
    ]);
  });

  test("commits what a majority acknowledged, and announces it with the next heartbeat", () => {
    const node = leaderOfFour();
    const turn = handle(node, "node0", appendAnswer(1, true, 4));
    expect(linesOf(node, turn)).toContain(
      "New commit index, to commit: entries Index {unIndex = 1} to Index {unIndex = 4}",
    );
    expect(sentBy(turn)).toEqual([]);
    const next = sentBy(node.timeout("heartbeatTimeout"));
    expect(next.map(([, message]) => message)).toMatchObject([
      { type: "AppendEntries", prevLogIndex: 4n, commitIndex: 4n },
      { type: "AppendEntries", prevLogIndex: 4n, commitIndex: 4n },
    ]);
  });

  test("trusts no last index that was not compared", () => {
    const node = makeNode();
    elect(node);
    // A message is in flight that proves nothing; a divergent log of nine entries answers it.
    handle(node, "node0", appendAnswer(1, true, 9));
    expect(progressOf(node, "node0")).toMatchObject({ match: 0 });
    node.timeout("heartbeatTimeout");
    handle(node, "node0", appendAnswer(1, true, 9));
    expect(progressOf(node, "node0")).toMatchObject({ match: 2 });
    expect(node.state.commit).toBe(2);
  });

  test("trusts no answer to an unknown message", () => {
    const node = leaderOfFour();
    handle(node, "node0", appendAnswer(1, true, 4));
    const turn = handle(node, "node0", appendAnswer(1, true, 6));
    expect(turn.commands).toEqual([
      { type: "log", text: "Ignoring AppendEntriesResponse that answers nothing" },
    ]);
    expect(progressOf(node, "node0")).toMatchObject({ match: 4 });
  });

  test("counts an unrequested vote as dropped entries", () => {
    const node = leaderOfFour();
    handle(node, "node0", vote(1));
    expect(node.state.role.type).toBe("leader");
    const turn = handle(node, "node0", appendAnswer(1, true, 4));
    expect(progressOf(node, "node0")).toMatchObject({ match: 0 });
    expect(sentBy(turn)).toEqual([]);
  });

  test("goes back to where a follower's log ends, at once", () => {
    const kept = fourEntriesKept();
    const node = makeNode({ kept });
    node.timeout("electionTimeout");
    handle(node, "node0", vote(2));
    const turn = handle(node, "node0", appendAnswer(2, false, 1));
    expect(sentBy(turn)).toMatchObject([["node0", { prevLogIndex: 1n, entries: [] }]]);
  });

  test("goes back by one when the follower has another entry there", () => {
    const node = makeNode({ kept: fourEntriesKept() });
    node.timeout("electionTimeout");
    handle(node, "node0", vote(2));
    const asked = [];
    for (let refusals = 0; refusals < 5; refusals += 1)
      asked.push(sentBy(handle(node, "node0", appendAnswer(2, false, 9))));
    expect(
      asked.flat().map(([, message]) => "prevLogIndex" in message && message.prevLogIndex),
    ).toEqual([3n, 2n, 1n, 0n]);
    // It rejected even the first entry: nothing more is sent before the next heartbeat.
    expect(sentBy(node.timeout("heartbeatTimeout"))).toHaveLength(2);
  });

  test("probes a follower again that has lost its log, and takes back no commit", () => {
    const node = leaderOfFour();
    handle(node, "node0", appendAnswer(1, true, 4));
    node.timeout("heartbeatTimeout");
    const turn = handle(node, "node0", appendAnswer(1, false, 0));
    expect(turn.commands).toMatchObject([
      { type: "log", text: "node0 has lost its log, probing it again" },
      { type: "send", to: "node0", message: { prevLogIndex: 0n, entries: [] } },
    ]);
    expect(node.state.commit).toBe(4);
    expect(progressOf(node, "node0")).toMatchObject({ match: 0 });
  });

  test("ignores an answer of another term", () => {
    const node = leaderOfFour();
    handle(node, "node0", appendAnswer(0, true, 4));
    expect(progressOf(node, "node0")).toMatchObject({ match: 0 });
    handle(node, "node0", appendAnswer(2, true, 4));
    expect(node.state).toMatchObject({ term: 2, role: { type: "follower" } });
  });
});

describe("a follower", () => {
  test("answers with the last index of the entries, not of its log", () => {
    const node = makeNode();
    const entries = [1, 2, 3].map((at) => [at, 1, at - 1] as const);
    handle(node, "node0", appendEntries({ term: 1, entries }));
    const shorter = appendEntries({ term: 1, entries: entries.slice(0, 1) });
    expect(sentBy(handle(node, "node0", shorter))).toEqual([["node0", appendAnswer(1, true, 1)]]);
  });

  test("rejects with the last index of its log", () => {
    const node = makeNode();
    handle(node, "node0", appendEntries({ term: 1, entries: [[1, 1, 0]] }));
    const ahead = appendEntries({ term: 1, prev: [5, 1] });
    expect(sentBy(handle(node, "node0", ahead))).toEqual([["node0", appendAnswer(1, false, 1)]]);
  });

  test("votes by the log, independent of the previous leader (§5.4.1)", () => {
    const node = makeNode({ kept: fourEntriesKept() });
    expect(sentBy(handle(node, "node0", requestVote(2, "node0", [9, 0])))).toEqual([
      ["node0", vote(2, false)],
    ]);
    expect(sentBy(handle(node, "node2", requestVote(2, "node2", [4, 1])))).toEqual([
      ["node2", vote(2)],
    ]);
  });
});

test("writes are durable before any message that depends on them is sent", () => {
  const order: string[] = [];
  const node = makeNode({
    keeper: {
      saveHardState: ({ term, votedFor }) => void order.push(`term ${term}, vote ${votedFor}`),
      append: (entries) => void order.push(`append ${entries.length}`),
      truncate: (after) => void order.push(`truncate ${after}`),
      forgetHorizon: () => void order.push("forget horizon"),
      sync: () => void order.push("sync"),
      close: () => undefined,
    },
  });
  handle(node, "node0", requestVote(1));
  handle(node, "node0", appendEntries({ term: 1, entries: [[1, 1, 0]] }));
  handle(node, "node2", appendEntries({ term: 2, from: "node2", entries: [[1, 2, 0]] }));
  // A turn is returned, and so sent, only when it is complete.
  expect(order).toEqual([
    "term 1, vote node0",
    "sync",
    "append 1",
    "sync",
    "term 2, vote undefined",
    "truncate 0",
    "append 1",
    "sync",
  ]);
});

function fourEntriesKept(): Kept {
  const node = makeNode();
  const entries = [1, 2, 3, 4].map((at) => [at, 1, at - 1] as const);
  handle(node, "node0", appendEntries({ term: 1, entries }));
  const kept = node.log.slice(node.log.firstIndex, node.log.lastIndex, Infinity);
  return {
    hard: { term: node.state.term, votedFor: undefined },
    entries: kept,
    horizon: undefined,
  };
}

function progressOf(node: UdpNode, peer: string): unknown {
  const { role } = node.state;
  return role.type === "leader" ? role.progress[nodeId(peer)] : undefined;
}
