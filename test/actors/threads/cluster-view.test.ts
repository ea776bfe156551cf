import {
  initialMembership,
  type Membership,
  type Index,
  type NodeId,
  type Term,
} from "@kontiki/core";
import { expect, test } from "vitest";
import type { RaftStatus } from "../../../packages/actors/src/mail/status.ts";
import { ClusterView, type ViewedNode } from "../../../packages/actors/src/threads/cluster-view.ts";
import type { HostView } from "../../../packages/actors/src/hosts/host-view.ts";

const VOTERS = ["n1", "n2", "n3"] as NodeId[];

/** What a host tells: that `leader` leads `term` with a membership from entry `index` on. */
function view(leader: string, term: number, index: number, committed: boolean): HostView {
  const membership = initialMembership(index === 0 ? VOTERS : VOTERS.slice(0, 2));
  return {
    leader: leader as NodeId,
    term: term as Term,
    index: index as Index,
    membership,
    committed,
  };
}

test("a host without nodes learns from others who leads and which members there are, each thing once", () => {
  let told: readonly HostView[] = [];
  const cluster = new ClusterView({
    voters: VOTERS,
    dataDir: undefined,
    nodes: () => [],
    told: () => told,
  });
  const news = (...views: readonly HostView[]): readonly string[] => {
    told = views;
    return [cluster.toldLeader(), cluster.newMembership()].flatMap((event) => {
      if (event?.type === "leader") return [`${event.node} leads ${event.term}`];
      if (event?.type !== "membership") return [];
      return [`${event.membership.voters.join()} ${event.committed}`];
    });
  };
  expect(news()).toEqual([]);
  expect(news(view("n1", 1, 0, true))).toEqual(["n1 leads 1"]);
  expect(news(view("n1", 1, 4, false), view("n1", 1, 0, true))).toEqual(["n1,n2 false"]);
  expect(news(view("n1", 1, 4, true))).toEqual(["n1,n2 true"]);
  // The same, from a snapshot.
  expect(news(view("n1", 1, 7, true))).toEqual([]);
  // The host that knew more is silent.
  expect(news(view("n1", 1, 4, false))).toEqual([]);
  expect(news(view("n1", 1, 0, true))).toEqual([]);
  expect(news(view("n2", 2, 4, true))).toEqual(["n2 leads 2"]);
  // A leader of an earlier term, which was cut off, has begun another change.
  expect(news(view("n1", 1, 9, false))).toEqual([]);
  // The next one has not got an entry that was not committed.
  expect(news(view("n3", 3, 0, true))).toEqual(["n3 leads 3", "n1,n2,n3 true"]);
});

/** A running voter by its own membership, which is in force since entry `at`. */
function viewed(
  id: string,
  raft: Partial<Pick<RaftStatus, "role">> & { readonly term: number },
  membership: Membership,
  at: number,
  committed = true,
): ViewedNode {
  return {
    id: id as NodeId,
    membership: { index: at as Index, membership, committed },
    status: () => ({
      id: id as NodeId,
      life: { type: "running" },
      incarnation: 1,
      restarts: 0,
      raft: { role: "follower", votes: true, ...raft } as RaftStatus,
      uid: 0,
      trouble: undefined,
      condition: undefined,
    }),
  };
}

const THREE = initialMembership(VOTERS);
const TWO = initialMembership(VOTERS.slice(0, 2));

test.each<[string, readonly ViewedNode[], string | undefined]>([
  [
    "one that left does not depose the leader, whatever its term is",
    [
      viewed("n1", { role: "leader", term: 2 }, TWO, 5),
      viewed("n2", { term: 2 }, TWO, 5, false),
      viewed("n3", { role: "candidate", term: 7 }, THREE, 0),
    ],
    "n1",
  ],
  [
    "a voter does that lacks the entry with the membership",
    [
      viewed("n1", { role: "leader", term: 2 }, TWO, 5),
      viewed("n2", { role: "candidate", term: 7 }, THREE, 0),
    ],
    undefined,
  ],
  [
    "one does that leaves, until that is committed",
    [
      viewed("n1", { role: "leader", term: 2 }, TWO, 5, false),
      viewed("n3", { role: "candidate", term: 7 }, THREE, 0),
    ],
    undefined,
  ],
  [
    "and one that comes, which a later membership names",
    [
      viewed("n1", { role: "leader", term: 2 }, TWO, 5),
      viewed("n2", { term: 2 }, THREE, 8, false),
      viewed("n3", { role: "candidate", term: 7 }, THREE, 0),
    ],
    undefined,
  ],
])("of terms and votes, %s", (_title, nodes, leader) => {
  const cluster = new ClusterView({ voters: VOTERS, dataDir: undefined, nodes: () => nodes });
  expect(cluster.leader()).toBe(leader);
});

test("who has left is known when all that reported it are down, and counts for no quorum", () => {
  const gone = viewed("n3", { role: "candidate", term: 7 }, THREE, 0);
  let nodes = [viewed("n1", { role: "leader", term: 2 }, TWO, 5), gone];
  const cluster = new ClusterView({ voters: VOTERS, dataDir: undefined, nodes: () => nodes });
  cluster.newMembership();
  nodes = [gone];
  const why = "no quorum can come: 0 of 2 voters run, and 2 must (n1 is gone, n2 is gone)";
  expect(cluster.quorumLoss()).toBe(why);
  expect(cluster.noLeader()).toEqual({ why, wayOut: "wait until they run" });
});

const named = (ids: string): Membership => initialMembership(ids.split(" ") as NodeId[]);

test.each<[string, readonly ViewedNode[], readonly Membership[]]>([
  [
    "the leader's, though others know a later one",
    [viewed("n1", { role: "leader", term: 2 }, TWO, 5), viewed("n2", { term: 2 }, THREE, 8, false)],
    [TWO],
  ],
  [
    "without a leader the newest committed one, whoever has left since",
    [
      viewed("n1", { term: 2 }, TWO, 5),
      viewed("n2", { term: 2 }, TWO, 5, false),
      viewed("n3", { term: 1 }, THREE, 0),
    ],
    [TWO],
  ],
  [
    "and all after it",
    [
      viewed("n1", { term: 2 }, TWO, 5),
      viewed("n2", { term: 2 }, named("n1 n2 n4"), 8, false),
      viewed("n4", { term: 2 }, named("n2 n4"), 9, false),
    ],
    [TWO, named("n1 n2 n4"), named("n2 n4")],
  ],
  ["the first one while nothing is reported", [], [THREE]],
])("which memberships may be in force: %s", (_title, nodes, memberships) => {
  const cluster = new ClusterView({ voters: VOTERS, dataDir: undefined, nodes: () => nodes });
  expect(cluster.membershipsInForce()).toEqual(memberships);
});
