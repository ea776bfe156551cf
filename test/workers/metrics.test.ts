import type { ClusterMetrics, NodeMetrics } from "@kontiki/actors";
import { expect, test } from "vitest";
import { PATIENT, put, start, valueOf } from "./support/clusters.ts";

function nodeIn({ nodes }: ClusterMetrics, id: string): NodeMetrics {
  const found = nodes.find(({ node }) => node === id);
  if (found === undefined) throw new Error(`there are no metrics of ${id}`);
  return found;
}

test("metrics are plain data, and tell of elections, turns and syncs", async () => {
  const cluster = await start({ nodes: 3 });
  const leader = await cluster.leader(PATIENT);
  for (let n = 0; n < 20; n += 1) valueOf(await cluster.propose(put("k", `${n}`)));
  await cluster.converged(PATIENT);
  const metrics = await cluster.metrics();
  expect(structuredClone(metrics)).toEqual(metrics);
  for (const { id, raft } of cluster.status()) {
    expect(nodeIn(metrics, id)).toMatchObject({
      life: "running",
      role: raft?.role,
      term: raft?.term,
      hasLeader: true,
      isLeader: id === leader,
      isLearner: false,
      proposalsCommitted: raft?.commit,
      proposalsApplied: raft?.applied,
      incarnation: 1,
      restarts: 0,
    });
    const { turnDuration, walFsyncDuration, leaderChangesSeen } = nodeIn(metrics, id);
    // One command was proposed after another, so each was a turn of the leader. A follower that was not needed may take several
    // in one.
    expect(walFsyncDuration.count).toBeGreaterThanOrEqual(id === leader ? 20 : 1);
    expect(turnDuration.count).toBeGreaterThanOrEqual(walFsyncDuration.count);
    expect(turnDuration.sum).toBeGreaterThan(walFsyncDuration.sum);
    expect(leaderChangesSeen).toBeGreaterThanOrEqual(1);
  }
  const stood = metrics.nodes.reduce((sum, { electionsStarted }) => sum + electionsStarted, 0);
  expect(stood).toBeGreaterThanOrEqual(1);
});

test("counts are sums over all starts of a node, and states are those of the present one", async () => {
  const cluster = await start({ nodes: 1 });
  valueOf(await cluster.propose(put("k", "1")));
  const before = nodeIn(await cluster.metrics(), "n1");
  expect(before).toMatchObject({ electionsStarted: 1, leaderChangesSeen: 1, term: 1, restarts: 0 });
  await cluster.node("n1").stop();
  const stopped = nodeIn(await cluster.metrics(), "n1");
  expect(stopped).toMatchObject({
    life: "stopped",
    role: undefined,
    term: 0,
    hasLeader: false,
    isLeader: false,
    electionsStarted: 1,
    mailboxLetters: 0,
    mailboxBytes: 0,
  });
  expect(stopped.turnDuration.count).toBeGreaterThanOrEqual(before.turnDuration.count);
  await cluster.node("n1").start();
  await cluster.node("n1").crash();
  await cluster.leader(PATIENT);
  const after = nodeIn(await cluster.metrics(), "n1");
  expect(after).toMatchObject({ isLeader: true, incarnation: 3, restarts: 1 });
  expect(after.electionsStarted).toBe(after.term);
  expect(after.walFsyncDuration.count).toBeGreaterThan(stopped.walFsyncDuration.count);
});

test("letters that wait in a mailbox and letters that are lost are counted", async () => {
  const cluster = await start({ nodes: 3 });
  const leader = await cluster.leader(PATIENT);
  const follower = cluster.nodeIds.find((id) => id !== leader) ?? leader;
  await cluster.node(follower).pause(PATIENT);
  valueOf(await cluster.propose(put("k", "1")));
  const waiting = nodeIn(await cluster.metrics(), follower);
  expect(waiting.mailboxLetters).toBeGreaterThan(0);
  expect(waiting.mailboxBytes).toBeGreaterThan(0);
  cluster.node(follower).resume();
  await cluster.node(follower).stop();
  valueOf(await cluster.propose(put("k", "2")));
  const { deadLetters } = await cluster.metrics();
  const lost = deadLetters.find(({ to, reason }) => to === follower && reason === "not running");
  expect(lost?.count).toBe(cluster.deadLetters.get(`${follower}: not running`));
});
