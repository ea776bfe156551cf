import type { Cluster } from "@kontiki/actors";
import { nodeId, type NodeId } from "@kontiki/core";
import { expect, onTestFinished, test } from "vitest";
import { Chance } from "../../packages/testing/src/chance.ts";
import { FaultAtlas } from "../../packages/testing/src/nemesis/atlas.ts";
import { Counters } from "../../packages/testing/src/run/counters.ts";
import { SimNetwork } from "../../packages/testing/src/simulation/sim-network.ts";
import { ClusterTarget } from "../../packages/testing/src/workers/cluster-target.ts";
import { NodeKeeper } from "../../packages/testing/src/workers/node-keeper.ts";
import { Operator } from "../../packages/testing/src/workers/operator.ts";
import { RealTimeline } from "../../packages/testing/src/workers/real-timeline.ts";
import { nextEvent, PATIENT, start } from "./support/clusters.ts";

type Change = Parameters<Operator["perform"]>[0];

const WIPE = { type: "wipe", at: 0, node: "n2" } as Change;
const REMOVE = { type: "remove", at: 0, node: "n2" } as Change;

async function withOperator(): Promise<{
  readonly cluster: Cluster<unknown, unknown>;
  readonly atlas: FaultAtlas;
  readonly perform: (change: Change) => Promise<void>;
}> {
  const cluster = await start<unknown, unknown>({ nodes: 3, faults: true });
  await cluster.converged(PATIENT);
  const [timeline, chance, counters] = [new RealTimeline(), new Chance(1), new Counters()];
  onTestFinished(() => timeline.close());
  const network = new SimNetwork({
    timeline,
    chance,
    settings: { latencyMs: [0, 0] },
    counters,
    remembers: false,
    deliver: () => undefined,
    onLost: () => undefined,
  });
  const keeper = new NodeKeeper(cluster);
  const target = new ClusterTarget({ cluster, keeper, timeline, network, counters, chance });
  const atlas = new FaultAtlas(target, { leases: undefined });
  const { signal } = new AbortController();
  const operator = new Operator({ cluster, target, atlas, signal });
  return { cluster, atlas, perform: (change) => operator.perform(change, chance) };
}

test("an operator makes no change that the damage of other disks forbids", async () => {
  const { cluster, atlas, perform } = await withOperator();
  const isOver = atlas.expectDamage(nodeId("n1"));
  await expect(perform(WIPE)).rejects.toThrow(
    "of 3 voters at most 1 may lose a disk, and 1 are not whole",
  );
  await expect(perform(REMOVE)).rejects.toThrow("without n2 only 1 of 2 voters would be whole");
  isOver();
  const wiped = perform(WIPE);
  expect(atlas.objectionToDamage(nodeId("n1"))).toBe(
    "of 3 voters at most 1 may lose a disk, and 1 are not whole",
  );
  await wiped;
  expect(atlas.objectionToDamage(nodeId("n1"))).toBeUndefined();
  expect(cluster.node("n2").status().uid).toBe(1);
});

test("a node that is down does not count as one that has its disk", async () => {
  const { cluster, atlas } = await withOperator();
  await cluster.node("n3").stop();
  expect(atlas.objectionToDamage(nodeId("n1"))).toBe(
    "of 3 voters at most 1 may lose a disk, and 1 are not whole",
  );
});

test("a node that comes or goes keeps its own disk, and one with the disk of another stays", async () => {
  const { cluster, atlas, perform } = await withOperator();
  const [n1, n2, n4] = ["n1", "n2", "n4"].map(nodeId) as [NodeId, NodeId, NodeId];
  const added = perform({ type: "add", at: 0 } as Change);
  await nextEvent(cluster, "started", (event) => "node" in event && event.node === n4);
  expect(atlas.maySwap(n4)).toBe(false);
  await added;
  expect([atlas.maySwap(n4), atlas.maySwap(n2)]).toEqual([true, true]);
  const swapBack = atlas.swap(n1, n2);
  const refused = "n2 has the disk of another";
  await expect(perform(REMOVE)).rejects.toThrow(refused);
  await expect(perform(WIPE)).rejects.toThrow(refused);
  await expect(perform({ type: "replace", at: 0, node: "n2" } as Change)).rejects.toThrow(refused);
  swapBack();
  const removed = perform(REMOVE);
  expect(atlas.maySwap(n2)).toBe(false);
  await removed;
});
