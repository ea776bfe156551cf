import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { machine, nextEvent, record, start, temporaryFolder, valueOf } from "./support/clusters.ts";

/** A cluster of one node whose thread never comes out of its next command. */
async function startHung() {
  const orders = temporaryFolder();
  const cluster = await start<string, number>({
    nodes: 1,
    stateMachine: machine("obedient.mjs", { orders }),
  });
  valueOf(await cluster.propose("before"));
  await cluster.converged();
  writeFileSync(join(orders, "n1!"), "hang");
  const channel = new BroadcastChannel(orders);
  onTestFinished(() => channel.close());
  const hangs = new Promise((resolve) => (channel.onmessage = resolve));
  const outcome = await cluster.propose("hang", { timeoutMs: 200 });
  expect(outcome).toEqual({ type: "unknown", reason: "no answer came before the deadline" });
  await hangs;
  return cluster;
}

test("a thread that never answers is killed when its time to stop is over", async () => {
  const cluster = await startHung();
  const events = record(cluster);
  await cluster.stop({ timeoutMs: 50 });
  expect(events).toEqual([{ type: "stopped", node: "n1", incarnation: 1 }]);
});

test("a thread that never answers can be crashed, and open requests are rejected", async () => {
  const cluster = await startHung();
  const node = cluster.node("n1");
  const asked = Promise.allSettled([node.log(), node.digest()]);
  const started = nextEvent(cluster, "started");
  await node.crash();
  expect(await asked).toMatchObject([
    { reason: { message: "log of n1: its thread ended before it answered" } },
    { reason: { message: "digest of n1: its thread ended before it answered" } },
  ]);
  await started;
  expect(valueOf(await cluster.propose("after"))).toBe(3);
});
