import { expect, test } from "vitest";
import { nextEvent, put, record, start, valueOf } from "./support/clusters.ts";

/** Blocks this thread, which is the supervisor's and its clients'. */
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

test("while the program is blocked, the nodes replace a leader that was killed before", async () => {
  const cluster = await start();
  valueOf(await cluster.propose(put("a", "1")));
  await cluster.converged();
  const killed = await cluster.leader();
  const crash = cluster.node(killed).crash();
  block(3_000);
  // What happened meanwhile is read before anything else can happen: an election that began now would take longer.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  const leaders = cluster
    .status()
    .filter(({ id, raft }) => id !== killed && raft?.role === "leader");
  expect(leaders.length).toBe(1);
  await crash;
  valueOf(await cluster.propose(put("a", "2")));
  await cluster.converged();
});

test("with a carrier in the program, whose loop carries all mail, a blocked program deposes no leader", async () => {
  const cluster = await start({
    electionTimeoutMs: 500,
    heartbeatMs: 50,
    network: (letter, deliver) => deliver(letter),
  });
  valueOf(await cluster.propose(put("a", "1")));
  await cluster.converged();
  const before = cluster.status().map(({ raft }) => raft?.term);
  block(2_000);
  valueOf(await cluster.propose(put("a", "2")));
  await cluster.converged();
  expect(cluster.status().map(({ raft }) => raft?.term)).toEqual(before);
});
