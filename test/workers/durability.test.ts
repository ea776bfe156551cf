import { type Cluster } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import {
  allPairs,
  commonLog,
  PATIENT,
  put,
  shared,
  start,
  temporaryFolder,
  valueOf,
} from "./support/clusters.ts";

const WORDS = Array.from({ length: 100 }, (_, at) => `word${at}`);
const EXPECTED = new Map(WORDS.map((word) => [word, `value of ${word}`]));

async function writeAll(cluster: Cluster): Promise<void> {
  const outcomes = WORDS.map((word) => cluster.propose(put(word, `value of ${word}`)));
  for (const outcome of await Promise.all(outcomes)) valueOf(outcome);
}

describe("disks in memory", () => {
  const three = shared(() => ({ nodes: 3 }));

  test("survive the crash of every node in turn", async () => {
    const cluster = three();
    const before = cluster.status();
    await writeAll(cluster);
    for (const id of cluster.nodeIds) {
      await cluster.node(id).crash();
      await cluster.converged();
    }
    expect(await allPairs(cluster)).toEqual(EXPECTED);
    const lives = cluster.status().map(({ incarnation, restarts }) => [incarnation, restarts]);
    expect(lives).toEqual(
      before.map(({ incarnation, restarts }) => [incarnation + 1, restarts + 1]),
    );
  });

  test("survive the crash of all nodes at once", async () => {
    const cluster = three();
    await writeAll(cluster);
    await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).crash()));
    expect(await allPairs(cluster)).toEqual(EXPECTED);
    await commonLog(cluster);
  });

  test("survive the crash of the only node", async () => {
    const cluster = await start({ nodes: 1 });
    await writeAll(cluster);
    await cluster.node("n1").crash();
    expect(await allPairs(cluster)).toEqual(EXPECTED);
  });
});

describe("a data directory", () => {
  /** The term of a leader. */
  async function termOf(cluster: Cluster): Promise<number> {
    return cluster.node(await cluster.leader(PATIENT)).status().raft?.term ?? 0;
  }

  test("has three nodes by default, and outlives the cluster: each value, equal logs, and terms", async () => {
    const dataDir = temporaryFolder();
    const first = await start({ dataDir });
    await writeAll(first);
    const before = await commonLog(first);
    const term = await termOf(first);
    await first.stop();

    const second = await start({ dataDir });
    expect(second.nodeIds).toEqual(["n1", "n2", "n3"]);
    expect(await allPairs(second)).toEqual(EXPECTED);
    const after = await commonLog(second);
    expect(after.slice(0, before.length)).toEqual(before);
    // Its nodes have promised not to vote again in the terms in which they voted.
    expect(await termOf(second)).toBeGreaterThan(term);
  });

  test("of one node outlives it too, and answers before anything new is written", async () => {
    const dataDir = temporaryFolder();
    const first = await start({ nodes: 1, dataDir });
    await writeAll(first);
    await first.stop();
    const second = await start({ nodes: 1, dataDir });
    expect(await allPairs(second)).toEqual(EXPECTED);
  });

  test("is that of the same nodes in another order", async () => {
    const dataDir = temporaryFolder();
    await (await start({ dataDir, nodes: ["n1", "n2"] })).stop();
    expect((await start({ dataDir, nodes: ["n2", "n1"] })).nodeIds).toHaveLength(2);
  });
});
