import type { Cluster } from "@kontiki/actors";
import { expect, test } from "vitest";
import { PATIENT, start, temporaryFolder, valueOf } from "./support/clusters.ts";

/** Appends to a key with an idempotency key, and gives the length that the value has then. */
async function append(cluster: Cluster, idempotencyKey: string, value: string): Promise<unknown> {
  const command = { type: "append", key: "k", value } as const;
  return valueOf(await cluster.propose(command, { ...PATIENT, idempotencyKey }));
}

test("a repeat is not applied: after crashes, from a snapshot, and in the next cluster", async () => {
  const dataDir = temporaryFolder();
  const cluster = await start({ nodes: 3, dataDir });
  expect(await append(cluster, "one", "a")).toBe(1);
  expect(await Promise.all(["two", "two"].map((key) => append(cluster, key, "b")))).toEqual([2, 2]);
  await cluster.node(await cluster.leader(PATIENT)).crash();
  expect(await append(cluster, "one", "a")).toBe(1);
  await cluster.converged(PATIENT);
  for (const id of cluster.nodeIds) {
    await cluster.node(id).snapshot();
    await cluster.node(id).compact();
  }
  await cluster.stop();

  const next = await start({ dataDir });
  expect(await append(next, "one", "a")).toBe(1);
  expect(await append(next, "two", "b")).toBe(2);
  expect(await append(next, "two", "c")).toBe(3);
  expect(valueOf(await next.get("k", PATIENT))).toBe("abc");
});

test("a proposal without a quorum ends as one without a key does", async () => {
  const cluster = await start({ nodes: 3 });
  await cluster.leader(PATIENT);
  for (const id of ["n1", "n2", "n3"]) await cluster.node(id).stop();
  const outcome = await cluster.propose(
    { type: "put", key: "k", value: "1" },
    { timeoutMs: 50, idempotencyKey: "one" },
  );
  expect(outcome).toMatchObject({ type: "definitelyNot" });
  await cluster.stop();
  expect(
    await cluster.propose({ type: "put", key: "k", value: "1" }, { idempotencyKey: "one" }),
  ).toEqual({ type: "definitelyNot", reason: "the cluster is stopped" });
});
