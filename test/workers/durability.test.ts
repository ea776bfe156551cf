import { type Cluster } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import { allPairs, commonLog, put, start, temporaryFolder, valueOf } from "./support/clusters.ts";

const WORDS = Array.from({ length: 100 }, (_, at) => `word${at}`);
const EXPECTED = new Map(WORDS.map((word) => [word, `value of ${word}`]));

async function writeAll(cluster: Cluster): Promise<void> {
  const outcomes = WORDS.map((word) => cluster.propose(put(word, `value of ${word}`)));
  for (const outcome of await Promise.all(outcomes)) valueOf(outcome);
}

describe("disks in memory", () => {
  test("survive the crash of every node in turn", async () => {
    const cluster = await start();
    await writeAll(cluster);
    for (const id of cluster.nodeIds) {
      await cluster.node(id).crash();
      await cluster.converged();
    }
    expect(await allPairs(cluster)).toEqual(EXPECTED);
    const lives = cluster.status().map(({ incarnation, restarts }) => [incarnation, restarts]);
    expect(lives).toEqual([
      [2, 1],
      [2, 1],
      [2, 1],
    ]);
  });

  test("survive the crash of all nodes at once", async () => {
    const cluster = await start();
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
  test("outlives the cluster: every value is there, in equal logs", async () => {
    const dataDir = temporaryFolder();
    const first = await start({ nodes: 3, dataDir });
    await writeAll(first);
    const before = await commonLog(first);
    await first.stop();

    const second = await start({ dataDir });
    expect(second.nodeIds).toEqual(["n1", "n2", "n3"]);
    expect(await allPairs(second)).toEqual(EXPECTED);
    const after = await commonLog(second);
    expect(after.slice(0, before.length)).toEqual(before);
  });

  test("of one node outlives it too, and answers before anything new is written", async () => {
    const dataDir = temporaryFolder();
    const first = await start({ nodes: 1, dataDir });
    await writeAll(first);
    await first.stop();
    const second = await start({ nodes: 1, dataDir });
    expect(await allPairs(second)).toEqual(EXPECTED);
  });

  test("keeps what its nodes promised: terms only grow", async () => {
    const dataDir = temporaryFolder();
    let last = 0;
    for (let round = 0; round < 3; round += 1) {
      const cluster = await start({ nodes: 3, dataDir });
      const leader = await cluster.leader();
      const term = cluster.node(leader).status().raft?.term ?? 0;
      expect(term).toBeGreaterThan(last);
      last = term;
      await cluster.stop();
    }
  });

  test("is made with three nodes by default, and keeps them", async () => {
    const dataDir = temporaryFolder();
    const first = await start({ dataDir });
    expect(first.nodeIds).toEqual(["n1", "n2", "n3"]);
    await first.stop();
    expect((await start({ dataDir, nodes: ["n3", "n2", "n1"] })).nodeIds).toHaveLength(3);
  });
});
