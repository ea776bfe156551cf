import { expect, test } from "vitest";
import { nextEvent, put, record, start, valueOf } from "./support/clusters.ts";

/** Blocks this thread, which is the supervisor's, and with it all mail. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("a supervisor that is blocked for longer than any election timeout deposes no leader", async () => {
  // The longest election timeout is 1 s. It is long against the pauses of a busy machine.
  const cluster = await start({ electionTimeoutMs: 500, heartbeatMs: 50 });
  valueOf(await cluster.propose(put("a", "1")));
  await cluster.converged();
  const before = cluster.status().map(({ raft }) => raft?.term);
  const events = record(cluster);

  block(2_000);

  valueOf(await cluster.propose(put("a", "2")));
  await cluster.converged();
  expect(events).toEqual([]);
  expect(cluster.status().map(({ raft }) => raft?.term)).toEqual(before);
});

test("a leader that really dies is still replaced afterwards", async () => {
  const cluster = await start();
  const leader = await cluster.leader();
  const elected = nextEvent(cluster, "leader", ({ node }) => node !== leader);
  block(1_000);
  await cluster.node(leader).stop();
  await elected;
  valueOf(await cluster.propose(put("a", "1")));
});
