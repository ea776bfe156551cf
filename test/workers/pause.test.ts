import { expect, test } from "vitest";
import { nextEvent, PATIENT, put, record, shared, start, valueOf } from "./support/clusters.ts";

const three = shared(() => ({ nodes: 3 }));
const one = shared(() => ({ nodes: 1 }));

test("a paused leader loses its leadership, and is a follower when it resumes", async () => {
  const cluster = three();
  const old = await cluster.leader(PATIENT);
  const { incarnation, restarts } = cluster.node(old).status();
  const next = nextEvent(cluster, "leader", ({ node }) => node !== old);
  await cluster.node(old).pause();
  const { node: leader } = await next;
  valueOf(await cluster.propose(put("a", "1")));
  const standing = cluster.node(old).status().raft;
  expect(standing?.role).toBe("leader");
  expect(standing?.applied).toBeLessThan(cluster.node(leader).status().raft?.applied ?? 0);

  cluster.node(old).resume();
  await cluster.converged(PATIENT);
  expect(cluster.node(old).status()).toMatchObject({
    incarnation,
    restarts,
    raft: { role: "follower" },
  });
  expect(await cluster.node(old).digest()).toEqual(await cluster.node(leader).digest());
});

test("a node can be paused and resumed many times, and twice without harm", async () => {
  const cluster = one();
  const node = cluster.node("n1");
  for (let round = 0; round < 20; round += 1) {
    await node.pause();
    await node.pause();
    const asked = cluster.propose(put("round", String(round)));
    node.resume();
    node.resume();
    valueOf(await asked);
  }
  expect(valueOf(await cluster.get("round"))).toBe("19");
});

test("a pause that ends before it began leaves no node paused", async () => {
  const cluster = one();
  const node = cluster.node("n1");
  const paused = node.pause({ timeoutMs: 1 }).catch((error: unknown) => error);
  node.resume();
  valueOf(await cluster.propose(put("a", "1")));
  await paused;
  await node.pause();
  node.resume();
  valueOf(await cluster.propose(put("a", "2")));
});

test("a paused node is stopped gracefully", async () => {
  const cluster = three();
  const events = record(cluster);
  const { incarnation } = cluster.node("n2").status();
  await cluster.node("n2").pause();
  await cluster.node("n2").stop();
  expect(events.filter(({ type }) => type === "stopped" || type === "crashed")).toEqual([
    { type: "stopped", node: "n2", incarnation },
  ]);
  await cluster.node("n2").start();
  await cluster.converged(PATIENT);
});

test("a paused node can be crashed, and is not paused when it returns", async () => {
  const cluster = three();
  const node = cluster.node("n2");
  await node.pause();
  const started = nextEvent(cluster, "started", ({ node: of }) => of === "n2");
  await node.crash();
  await started;
  await cluster.converged(PATIENT);
  await node.pause();
  node.resume();
});

test("a cluster is stopped gracefully even if all its nodes are paused", async () => {
  const cluster = await start({ nodes: 3 });
  await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).pause()));
  const events = record(cluster);
  // Longer than the test may take: none of them has to be killed.
  await cluster.stop({ timeoutMs: 100_000 });
  // The one that continues last may write to those that are gone.
  const lives = events.filter(({ type }) => type !== "deadLetter");
  expect(lives.map(({ type }) => type)).toEqual(["stopped", "stopped", "stopped"]);
});

test("a node that does not run cannot be paused", async () => {
  const cluster = three();
  const node = cluster.node("n2");
  await node.stop();
  await expect(node.pause()).rejects.toThrow("n2 has no thread to pause: it is stopped");
  node.resume();
  await node.start();
});
