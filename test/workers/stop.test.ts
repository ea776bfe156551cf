import { describe, expect, test } from "vitest";
import { nextEvent, put, record, start, temporaryFolder, valueOf } from "./support/clusters.ts";
import { run } from "./support/programs.ts";

/** Timers that run: they would let the process end, but late. Ports that were closed take a moment to go. */
function timersIn(line: string | undefined): string[] {
  const all = JSON.parse(line ?? "null") as string[];
  return all.filter((name) => name === "Timeout" || name === "Immediate");
}

describe("stopping a cluster", () => {
  test.each([
    ["with a data directory", () => ({ nodes: 3, dataDir: temporaryFolder() })],
    ["with disks in memory", () => ({ nodes: 1 })],
  ])("%s lets the process end by itself", async (_, options) => {
    const { status, lines, stderr } = await run("whole-life.mjs", JSON.stringify(options()));
    expect(stderr).toBe("");
    expect(lines[0]).toBe('{"type":"ok","value":"v"}');
    expect(timersIn(lines[1])).toEqual([]);
    expect(status).toBe(0);
  });

  test("frees the data directory at once", async () => {
    const dataDir = temporaryFolder();
    for (let round = 1; round <= 3; round += 1) {
      const cluster = await start({ nodes: 3, dataDir });
      const rounds = valueOf(await cluster.propose({ type: "append", key: "rounds", value: "." }));
      expect(rounds).toBe(round);
      await cluster.stop();
    }
  });

  test("stops each node gracefully, once, and may be requested again", async () => {
    const cluster = await start();
    const events = record(cluster);
    await Promise.all([cluster.stop(), cluster.stop()]);
    await cluster.stop();
    const stopped = events.filter(({ type }) => type === "stopped");
    expect(stopped).toHaveLength(3);
    expect(events.filter(({ type }) => type === "crashed")).toEqual([]);
    expect(cluster.status().map(({ life }) => life.type)).toEqual([
      "stopped",
      "stopped",
      "stopped",
    ]);
  });

  test("ends open proposals, and refuses later ones", async () => {
    const cluster = await start({ nodes: 3 });
    await cluster.node("n1").stop();
    await cluster.node("n2").stop();
    const pending = cluster.propose(put("a", "1"));
    await cluster.stop();
    const { type } = await pending;
    expect(["unknown", "definitelyNot"]).toContain(type);
    expect(await cluster.propose(put("a", "1"))).toEqual({
      type: "definitelyNot",
      reason: "the cluster is stopped",
    });
    expect(await cluster.get("a")).toMatchObject({ type: "definitelyNot" });
  });

  test("ends all waiting", async () => {
    const cluster = await start({ nodes: 3 });
    for (const id of cluster.nodeIds) await cluster.node(id).stop();
    const waiting = Promise.allSettled([cluster.leader(), cluster.converged()]);
    await cluster.stop();
    const stopped = { status: "rejected", reason: { message: "the cluster is stopped" } };
    expect(await waiting).toMatchObject([stopped, stopped]);
    await expect(cluster.leader()).rejects.toThrow("the cluster is stopped");
  });

  test("is permanent: no node is started or crashed afterwards", async () => {
    const cluster = await start();
    const node = cluster.node("n1");
    const stopping = cluster.stop();
    await expect(node.crash()).rejects.toThrow("the cluster is stopped");
    await stopping;
    await expect(node.start()).rejects.toThrow("the cluster is stopped");
    await expect(node.crash()).rejects.toThrow("the cluster is stopped");
    await expect(node.log()).rejects.toThrow("n1 does not run: it is stopped");
    await node.stop();
    expect(cluster.status().every(({ life }) => life.type === "stopped")).toBe(true);
  });

  test("reaches nodes that are about to start again", async () => {
    const cluster = await start();
    const crashes = cluster.nodeIds.map((id) => cluster.node(id).crash());
    await Promise.all(crashes);
    await cluster.stop();
    expect(cluster.status().map(({ life }) => life.type)).toEqual([
      "stopped",
      "stopped",
      "stopped",
    ]);
  });

  test("reaches a node that is starting", async () => {
    const cluster = await start();
    const node = cluster.node("n3");
    await node.stop();
    const starting = node.start();
    const stopped = nextEvent(cluster, "stopped", (event) => event.node === "n3");
    await Promise.all([
      cluster.stop(),
      expect(starting).rejects.toThrow("n3 was stopped while it was starting"),
    ]);
    expect(await stopped).toMatchObject({ incarnation: 2 });
  });
});
