import { initialMembership, type Index, type NodeId, type Term } from "@kontiki/core";
import { expect, test } from "vitest";
import { ClusterView } from "../../../packages/actors/src/threads/cluster-view.ts";
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
