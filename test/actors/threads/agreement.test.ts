import { initialMembership, nodeId, type Membership, type NodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { currentLeader, haveConverged } from "../../../packages/actors/src/threads/agreement.ts";
import type { Life, NodeStatus, RaftStatus } from "../../../packages/actors/src/mail/status.ts";
import { n1, n2, n3 } from "../support/actors.ts";

const n4 = nodeId("n4");
const AT_REST = { membership: initialMembership([n1, n2, n3]), committed: true };
const RUNNING: Life = { type: "running" };

/** A settled node in term 2 under n1 that has applied all five entries. */
function node(id: NodeId, raft: Partial<RaftStatus> | "none" = {}, life = RUNNING): NodeStatus {
  const rest = {
    role: id === n1 ? "leader" : "follower",
    term: 2,
    leader: n1,
    commit: 5,
    last: 5,
    applied: 5,
    first: 1,
    snapshot: 0,
    votes: true,
    repairing: false,
    lacks: undefined,
    receiving: undefined,
  };
  const merged = raft === "none" ? undefined : ({ ...rest, ...raft } as RaftStatus);
  const fine = { trouble: undefined, condition: undefined };
  return { id, life, incarnation: 1, restarts: 0, raft: merged, uid: 0, ...fine };
}

const raft = (fields: Record<string, unknown>): Partial<RaftStatus> => fields;

describe("the current leader", () => {
  test.each<[string, NodeStatus[], NodeId | undefined]>([
    ["none, without nodes", [], undefined],
    ["none, of nodes that have not reported yet", [node(n1, "none")], undefined],
    ["the one that reports leading", [node(n2), node(n1), node(n3)], n1],
    [
      "of two, the one with the later term",
      [node(n1), node(n2, raft({ role: "leader", term: 3 }))],
      n2,
    ],
    ["none, once a later term is known", [node(n1), node(n2, raft({ term: 3 }))], undefined],
    [
      "the one that reports leading, whatever a learner knows",
      [node(n1), node(n2, raft({ term: 3, votes: false }))],
      n1,
    ],
    [
      "one that is being removed, until that is committed",
      [node(n1, raft({ votes: false })), node(n2)],
      n1,
    ],
    ["none, while all are candidates", [node(n2, raft({ role: "candidate" }))], undefined],
  ])("%s", (_title, nodes, leader) => {
    expect(currentLeader(nodes)).toBe(leader);
  });
});

describe("whether all nodes agree", () => {
  const stopped: Life = { type: "stopped" };
  const failed: Life = { type: "failed", cause: "it had to" };
  const restarting: Life = { type: "restarting", cause: "it had to" };
  test.each<[string, NodeStatus[], boolean]>([
    ["all do", [node(n1), node(n2), node(n3)], true],
    ["a single node", [node(n1)], true],
    [
      "those that are stopped or failed do not count",
      [node(n1), node(n2, "none", stopped), node(n3, "none", failed)],
      true,
    ],
    ["one is restarting", [node(n1), node(n2), node(n3, "none", restarting)], false],
    ["one has not reported yet", [node(n1), node(n2, "none")], false],
    ["no leader", [node(n2), node(n3)], false],
    ["the leader is stopped", [node(n1, {}, stopped), node(n2), node(n3)], false],
    ["one follows another", [node(n1), node(n2, raft({ leader: n3 }))], false],
    ["one is in an older term", [node(n1), node(n2, raft({ term: 1 }))], false],
    [
      "one has fewer entries",
      [node(n1), node(n2, raft({ last: 4, commit: 4, applied: 4 }))],
      false,
    ],
    ["one has a lower commit index", [node(n1), node(n2, raft({ commit: 4, applied: 4 }))], false],
    ["one has applied less", [node(n1), node(n2, raft({ applied: 4 }))], false],
    [
      "the leader has not applied its whole log",
      [node(n1, raft({ commit: 4, applied: 4 })), node(n2)],
      false,
    ],
    ["one has another disk than the leader lists", [node(n1), { ...node(n2), uid: 4 }], false],
    [
      "a node that is not a member does not count",
      [node(n1), node(n4, raft({ last: 0, leader: undefined }))],
      true,
    ],
  ])("%s", (_title, nodes, converged) => {
    expect(haveConverged(nodes, AT_REST)).toBe(converged);
  });

  test.each<[string, Partial<Membership>, boolean, boolean]>([
    ["a learner counts", { voters: [n1], learners: [n2, n3] }, true, true],
    ["not while the membership is not committed", {}, false, false],
    ["not while it is joint", { voters: [n1], outgoing: [n1, n2, n3] }, true, false],
    [
      "not while a learner is to be promoted",
      { voters: [n1], learners: [n2], promotions: [{ node: n2, replaces: undefined }] },
      true,
      false,
    ],
    [
      "a wiped node that is listed with its new disk",
      { uids: { [n2]: 4 }, lastUid: 4 },
      true,
      true,
    ],
  ])("%s", (_title, fields, committed, converged) => {
    const membership = { ...AT_REST.membership, ...fields };
    const nodes = [node(n1), { ...node(n2), uid: membership.uids[n2] ?? 0 }, node(n3)];
    expect(haveConverged(nodes, { membership, committed })).toBe(converged);
  });
});
