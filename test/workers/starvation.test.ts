import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { nextEvent, put, record, start, valueOf } from "./support/clusters.ts";

/** Blocks this thread, which is the program's and its clients'. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("a program that is blocked for longer than any election timeout deposes no leader", async () => {
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

/** Lets what has come in the meantime arrive, and nothing else. */
async function look(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Crashes the leader of a new cluster, blocks this thread, and returns what has happened meanwhile, and then ends well. */
async function crashWhileBlocked(blockMs: number): Promise<unknown> {
  // Two nodes that stand at the same moment split the vote, which wastes a term whether the program is blocked or not. With
  // these priorities there is always a quarter of a second between any two.
  const priorities = { n1: 4, n2: 2, n3: 0 };
  const cluster = await start({ electionTimeoutMs: 1_000, heartbeatMs: 50, priorities });
  valueOf(await cluster.propose(put("a", "1")));
  await cluster.converged();
  const leader = await cluster.leader();
  const [term = 0] = cluster.status().map(({ raft }) => raft?.term);
  const events = record(cluster);

  const crash = cluster.node(leader).crash();
  block(blockMs);
  await look();

  const status = cluster.status();
  const others = status.filter(({ id }) => id !== leader);
  const { incarnation, restarts } = cluster.node(leader).status();
  const seen = {
    nodes: status.map(({ life, raft }) => [life.type, (raft?.term ?? 0) - term]),
    leaders: others.filter(({ raft }) => raft?.role === "leader").length,
    incarnation,
    restarts,
    events: ["crashed", "started", "leader"].filter((type) =>
      events.some((event) => event.type === type),
    ),
  };
  await crash;
  valueOf(await cluster.propose(put("a", "2")));
  await cluster.converged();
  await cluster.stop();
  return seen;
}

test("while the program is blocked, a leader that it has crashed is replaced, and restarted", async () => {
  const expected = {
    nodes: Array.from({ length: 3 }, () => ["running", 1]),
    leaders: 1,
    incarnation: 2,
    restarts: 1,
    events: ["crashed", "started", "leader"],
  };
  // On a busy machine a thread may need longer to start.
  let seen = await crashWhileBlocked(3_000);
  if (!isDeepStrictEqual(seen, expected)) seen = await crashWhileBlocked(30_000);
  expect(seen).toEqual(expected);
}, 120_000);

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
