import { readdirSync } from "node:fs";
import { ChangeError, type Cluster } from "@kontiki/actors";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import {
  nextEvent,
  PATIENT,
  put,
  shared,
  start,
  temporaryFolder,
  valueOf,
} from "./support/clusters.ts";

const SLOW = { timeout: 300_000 };

/** How a change failed. */
async function failureOf(change: Promise<unknown>): Promise<unknown> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof ChangeError) return { message: error.message, outcome: error.outcome };
    return (error as Error).message;
  }
}

const three = shared(() => ({ nodes: 3 }));

/** The cluster, of which only one follower runs until the test ends. Gives its name, and why it has no quorum. */
async function withoutMajority(): Promise<{
  readonly cluster: Cluster;
  readonly follower: string;
  readonly loss: string;
  readonly down: readonly [string, string];
}> {
  const cluster = three();
  valueOf(await cluster.propose(put("a", "1")));
  await cluster.converged(PATIENT);
  const leader = await cluster.leader(PATIENT);
  const [other = "", follower = ""] = cluster.nodeIds.filter((id) => id !== leader);
  await cluster.node(other).stop();
  await cluster.node(leader).stop();
  const down = [leader, other].toSorted() as [string, string];
  onTestFinished(async () => {
    for (const id of down)
      if (cluster.node(id).status().life.type === "stopped") await cluster.node(id).start(PATIENT);
  });
  const [one, two] = down;
  const states = `${one} is stopped, ${two} is stopped`;
  const loss = `no quorum can come: 1 of 3 voters runs, and 2 must (${states})`;
  return { cluster, follower, loss, down };
}

test("changes fail at once where no quorum can come, and leave nothing", SLOW, async () => {
  const { cluster, follower, loss, down } = await withoutMajority();
  const not = (message: string): unknown => ({ message, outcome: "definitelyNot" });
  expect(await failureOf(cluster.addNode("n4"))).toEqual(not(`adding n4: ${loss}`));
  expect(await failureOf(cluster.addNode("n4", { as: "learner" }))).toEqual(
    not(`adding n4: ${loss}`),
  );
  expect(await failureOf(cluster.removeNode(down[0]))).toEqual(not(`removing ${down[0]}: ${loss}`));
  expect(await failureOf(cluster.promote(follower))).toEqual(not(`promoting ${follower}: ${loss}`));
  expect(await failureOf(cluster.transfer())).toEqual(not(`transferring the lead: ${loss}`));
  expect(await failureOf(cluster.members())).toBe(`waiting for a leader: ${loss}`);
  expect(cluster.nodeIds).toEqual(["n1", "n2", "n3"]);
  // A stopped node was only stopped: with it there is a quorum again.
  await cluster.node(down[0]).start();
  await cluster.addNode("n4", PATIENT);
  expect((await cluster.members(PATIENT)).members.map(({ id }) => id)).toContain("n4");
  await cluster.removeNode("n4", PATIENT);
});

test("clients and waits use their time, and then name the reason", SLOW, async () => {
  const { cluster, follower, loss } = await withoutMajority();
  const short = { timeoutMs: 300 };
  const [proposal, answer] = await Promise.all([
    cluster.propose(put("a", "2"), short),
    cluster.read({ type: "get", key: "a" }, short),
  ]);
  for (const outcome of [proposal, answer]) {
    expect(outcome).toMatchObject({ reason: expect.stringContaining(`: ${loss}`) as string });
    expect(outcome.type).not.toBe("ok");
  }
  expect(await failureOf(cluster.leader(short))).toBe(
    `waiting for a leader: not within 300 ms, because ${loss}`,
  );
  expect(await failureOf(cluster.converged(short))).toBe(
    `waiting for all nodes to agree: not within 300 ms, because ${loss}`,
  );
  const stale = { ...PATIENT, consistency: "stale", node: follower } as const;
  expect(await cluster.read({ type: "get", key: "a" }, stale)).toMatchObject({ type: "ok" });
  expect(await cluster.node(follower).snapshot()).toMatchObject({
    index: expect.any(Number) as number,
  });
});

test("a change waits for crashed nodes that are restarted", SLOW, async () => {
  const cluster = three();
  await cluster.converged(PATIENT);
  const leader = await cluster.leader(PATIENT);
  const others = cluster.nodeIds.filter((id) => id !== leader);
  const crashes = others.map((id) => cluster.node(id).crash());
  await cluster.addNode("n4", PATIENT);
  await Promise.all(crashes);
  expect((await cluster.members(PATIENT)).members.map(({ id }) => id)).toContain("n4");
  await cluster.removeNode("n4", PATIENT);
});

describe("a change that a leader took and no majority committed in time is unknown", () => {
  const line = { isCut: false };

  /** A cluster whose nodes hear each other until `isCut`. Its leader notices that only after a second. */
  const cuttable = shared(() => ({
    nodes: 4,
    electionTimeoutMs: 1000,
    heartbeatMs: 100,
    network: (letter, deliver) => {
      if (!line.isCut) deliver(letter);
    },
  }));

  beforeEach(async () => {
    line.isCut = false;
    await cuttable().converged(PATIENT);
  });

  test("a removal, which may still happen", SLOW, async () => {
    const cluster = cuttable();
    const leader = await cluster.leader(PATIENT);
    const gone = cluster.nodeIds.find((id) => id !== leader) ?? "";
    line.isCut = true;
    expect(await failureOf(cluster.removeNode(gone, { timeoutMs: 500 }))).toEqual({
      message: expect.stringMatching(
        new RegExp(`^removing ${gone}: not within 500 ms(, because .*)?; it may still happen$`),
      ) as string,
      outcome: "unknown",
    });
    line.isCut = false;
    await cluster.removeNode(gone, PATIENT);
    expect(cluster.nodeIds).not.toContain(gone);
  });

  test("an addition, which leaves the node", SLOW, async () => {
    const cluster = cuttable();
    const before = cluster.nodeIds;
    /** Cuts all links as soon as the thread runs. A busy machine may not start it in time: once more, for longer. */
    const cutWhenStarted = async (timeoutMs: number): Promise<unknown> => {
      const started = nextEvent(cluster, "started", ({ node }) => node === "n5");
      const added = failureOf(cluster.addNode("n5", { timeoutMs }));
      const isInTime = await Promise.race([started.then(() => true), added.then(() => false)]);
      if (!isInTime) return cutWhenStarted(3 * timeoutMs);
      line.isCut = true;
      return added;
    };
    expect(await cutWhenStarted(2000)).toEqual({
      message: expect.stringMatching(
        /^adding n5: not within \d+ ms.*; n5 .*: promote it, or remove it$/,
      ) as string,
      outcome: "unknown",
    });
    expect(cluster.nodeIds).toContain("n5");
    line.isCut = false;
    await cluster.promote("n5", PATIENT);
    await cluster.removeNode("n5", PATIENT);
    expect((await cluster.members(PATIENT)).members.map(({ id }) => id)).toEqual(before);
  });
});

test("an addition whose node has not even started in time has no effect", SLOW, async () => {
  const dataDir = temporaryFolder();
  const cluster = await start({ nodes: 1, dataDir });
  await cluster.leader(PATIENT);
  expect(await failureOf(cluster.addNode("n4", { timeoutMs: 1 }))).toEqual({
    message: "adding n4: not within 1 ms; n4 was not added, and nothing is left of it",
    outcome: "definitelyNot",
  });
  expect(cluster.nodeIds).toEqual(["n1"]);
  const added = failureOf(cluster.addNode("n5"));
  await cluster.stop();
  expect(await added).toMatchObject({ outcome: "definitelyNot" });
  expect(readdirSync(dataDir)).not.toContain("n5");
});

test("a change that no leader took in time has no effect", SLOW, async () => {
  let isCut = false;
  const cluster = await start({
    nodes: 3,
    network: (letter, deliver) => void (isCut || deliver(letter)),
  });
  const leader = await cluster.leader(PATIENT);
  isCut = true;
  await cluster.node(leader).stop();
  await cluster.node(leader).start();
  const failure = await failureOf(cluster.addNode("n4", { timeoutMs: 500 }));
  expect(failure).toEqual({
    message: "adding n4: not within 500 ms; n4 was not added, and nothing is left of it",
    outcome: "definitelyNot",
  });
  expect(cluster.nodeIds).toEqual(["n1", "n2", "n3"]);
});
