import type { Cluster } from "@kontiki/actors";
import { expect, describe, test } from "vitest";
import { PATIENT, put, start, valueOf } from "./support/clusters.ts";

describe("reads do not go through the log (dissertation 6.4)", () => {
  test.each([
    ["by asking a majority", {}],
    ["by a lease", { leases: { clockDrift: 0.1 } }],
  ])("and hold all that was acknowledged, wherever they are asked: %s", async (_title, options) => {
    const cluster = await start({ nodes: 3, ...options });
    const consistency = "leases" in options ? "lease" : "linearizable";
    const question = { type: "get", key: "a" } as const;
    const readAll = async (value: string): Promise<void> => {
      for (const node of [undefined, ...cluster.nodeIds]) {
        const read = { consistency, node, ...PATIENT } as const;
        expect(valueOf(await cluster.read(question, read))).toBe(value);
      }
    };
    for (let value = 1; value <= 20; value += 1) {
      valueOf(await cluster.propose(put("a", `${value}`)));
      await readAll(`${value}`);
    }
    // Puts may stand in the log twice: a client that hears of another leader sends them again.
    const before = await settled(cluster);
    for (let round = 1; round <= 20; round += 1) await readAll("20");
    const after = await settled(cluster);
    expect(after.last - before.last).toBeLessThanOrEqual(after.term - before.term);
  });

  test("of one node without a majority: only stale reads are answered", async () => {
    const cluster = await start({ nodes: 3 });
    valueOf(await cluster.propose(put("a", "1")));
    await cluster.converged(PATIENT);
    await cluster.node("n2").stop();
    await cluster.node("n3").stop();
    const question = { type: "get", key: "a" } as const;
    expect(await cluster.read(question, { consistency: "stale", ...PATIENT })).toEqual({
      type: "ok",
      value: "1",
    });
    expect((await cluster.read(question, { timeoutMs: 300 })).type).toBe("definitelyNot");
    expect((await cluster.get("a", { timeoutMs: 300 })).type).toBe("definitelyNot");
    await expect(cluster.read(question, { node: "n9" })).rejects.toThrow("there is no node n9");
  });
});

test("a machine without queries gets reads as commands", async () => {
  const stateMachine = new URL("machines/echo.mjs", import.meta.url);
  const cluster = await start<unknown, unknown>({ nodes: 1, stateMachine });
  const outcome = await cluster.read({ a: 1 }, PATIENT);
  expect(outcome).toEqual(await cluster.propose({ a: 1 }));
});

/** The end of the log that all nodes hold, and its term. */
async function settled(
  cluster: Cluster,
): Promise<{ readonly term: number; readonly last: number }> {
  await cluster.converged(PATIENT);
  const [first] = cluster.status();
  if (first?.raft === undefined) throw new Error("a cluster that has converged runs");
  return first.raft;
}
