import type { NodeStatus } from "@kontiki/actors";
import { expect, test } from "vitest";
import { put, start, valueOf } from "./support/clusters.ts";

test("a status event comes with each new Raft state, and only while there is a listener", async () => {
  const cluster = await start({ nodes: 1, electionTimeoutMs: 100, heartbeatMs: 20 });
  const told: NodeStatus[] = [];
  const listen = (status: NodeStatus): void => void told.push(status);
  cluster.events.on("status", listen);
  valueOf(await cluster.propose(put("k", "1")));
  await cluster.converged();
  const [first] = told;
  expect(first).toMatchObject({ id: "n1", life: { type: "running" }, incarnation: 1 });
  expect(told.at(-1)).toEqual(cluster.status()[0]);
  expect(told.at(-1)?.raft).toMatchObject({ role: "leader", last: 3, commit: 3, applied: 3 });
  told.forEach(({ raft }, at) => expect(raft).not.toEqual(told[at - 1]?.raft));

  cluster.events.off("status", listen);
  const count = told.length;
  valueOf(await cluster.propose(put("k", "2")));
  await cluster.converged();
  expect(told).toHaveLength(count);
});
