import { Cluster, KontikiError } from "@kontiki/actors";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  allPairs,
  commandsIn,
  commonLog,
  nextEvent,
  put,
  PATIENT,
  record,
  shared,
  start,
  valueOf,
} from "./support/clusters.ts";

const three = shared(() => ({ nodes: 3 }));

describe("a cluster", () => {
  test.each([1, 2, 3, 5])("of %i nodes elects, replicates and answers", async (nodes) => {
    const cluster = await start({ nodes });
    expect(cluster.nodeIds).toEqual(["n1", "n2", "n3", "n4", "n5"].slice(0, nodes));
    expect(await cluster.propose(put("a", "1"))).toEqual({ type: "ok", value: null });
    expect(await cluster.get("a")).toEqual({ type: "ok", value: "1" });
    expect(await cluster.get("b")).toEqual({ type: "ok", value: null });
    const get = { type: "get", key: "a" } as const;
    expect(await cluster.propose(get)).toEqual({ type: "ok", value: "1" });

    await cluster.converged();
    const leads = cluster.status().filter(({ raft }) => raft?.role === "leader");
    const follows = cluster.status().filter(({ raft }) => raft?.role === "follower");
    expect([leads.length, follows.length]).toEqual([1, nodes - 1]);
    const log = await commonLog(cluster);
    expect(log[0]).toEqual({ type: "noop", index: 1, term: expect.any(Number) as number });
    // What was only read left no trace there.
    expect(commandsIn(log)).toEqual([put("a", "1"), get]);
  });

  test("has the given node names", async () => {
    const cluster = await start({ nodes: ["kon", "tiki", "balsa-raft"] });
    expect(cluster.nodeIds).toEqual(["kon", "tiki", "balsa-raft"]);
    expect(cluster.nodeIds).toContain(await cluster.leader());
    expect(() => cluster.node("n1")).toThrow(
      "there is no node n1: there are kon, tiki, balsa-raft",
    );
  });

  test("has three nodes by default, and answers many commands at once, each separately", async () => {
    const cluster = await start();
    expect(cluster.nodeIds).toEqual(["n1", "n2", "n3"]);
    const keys = Array.from({ length: 500 }, (_, at) => `k${at}`);
    await Promise.all(
      keys.map(async (key) => valueOf(await cluster.propose(put(key, `of ${key}`)))),
    );
    const values = await Promise.all(keys.map(async (key) => valueOf(await cluster.get(key))));
    expect(values).toEqual(keys.map((key) => `of ${key}`));
    expect((await allPairs(cluster)).size).toBe(500);
  });

  test("continues without a minority, and accepts it again", async () => {
    const cluster = three();
    const leader = cluster.node(await cluster.leader(PATIENT));
    const { incarnation, restarts } = leader.status();
    await leader.stop();
    expect(leader.status()).toMatchObject({ life: { type: "stopped" }, raft: undefined });
    valueOf(await cluster.propose(put("while", "it is away")));
    expect(await cluster.leader()).not.toBe(leader.id);

    await leader.start();
    expect(leader.status()).toMatchObject({
      life: { type: "running" },
      incarnation: incarnation + 1,
      restarts,
    });
    await commonLog(cluster);
  });

  test("without a majority accepts no commands, and reports it", async () => {
    const cluster = three();
    await cluster.node("n1").stop();
    await cluster.node("n2").stop();
    const outcome = await cluster.propose(put("a", "1"), { timeoutMs: 300 });
    expect(["unknown", "definitelyNot"]).toContain(outcome.type);
    await cluster.node("n1").start();
    valueOf(await cluster.propose(put("a", "2")));
    expect(await cluster.get("a")).toEqual({ type: "ok", value: "2" });
    await cluster.node("n2").start();
  });

  test("emits an event for each new leader, once a term", async () => {
    const cluster = three();
    const first = await cluster.leader(PATIENT);
    const events = record(cluster);
    const elected = nextEvent(cluster, "leader", ({ node }) => node !== first);
    await cluster.node(first).stop();
    await elected;
    const terms = events.flatMap((event) => (event.type === "leader" ? [event.term] : []));
    expect(terms).toEqual([...new Set(terms)].sort((a, b) => a - b));
    await cluster.node(first).start();
  });

  test("gives up waiting on request", async () => {
    const cluster = three();
    for (const id of cluster.nodeIds) await cluster.node(id).stop();
    const abort = new AbortController();
    const leader = cluster.leader({ signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(leader).rejects.toThrow("enough");
    await expect(cluster.leader({ timeoutMs: 5 })).rejects.toThrow(
      "waiting for a leader: not within 5 ms",
    );
    await expect(cluster.converged({ timeoutMs: 5 })).rejects.toThrow(
      "waiting for all nodes to agree: not within 5 ms",
    );
    for (const id of cluster.nodeIds) await cluster.node(id).start(PATIENT);
  });
});

describe("waiting", () => {
  test("may last forever, and many may wait", async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.message);
    process.on("warning", onWarning);
    onTestFinished(() => void process.off("warning", onWarning));
    const cluster = await start({ nodes: 2 });
    await cluster.node("n1").stop();
    await cluster.node("n2").stop();
    const patience = { timeoutMs: Infinity };
    const waiting = Array.from({ length: 20 }, () => cluster.leader(patience));
    await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).start(patience)));
    expect(new Set(await Promise.all(waiting)).size).toBeLessThanOrEqual(2);
    const asked = Array.from({ length: 20 }, () => cluster.node("n1").log());
    await Promise.all(asked);
    await cluster.stop(patience);
    // Node tells of warnings in a later turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });

  test("for a time that is not a number is refused", async () => {
    const cluster = await start({ nodes: 1 });
    await expect(cluster.get("a", { timeoutMs: Number.NaN })).rejects.toThrow(
      new KontikiError("Cluster.get: timeoutMs is NaN: give a number of milliseconds from 0"),
    );
  });
});

describe("two clusters in one process", () => {
  test("are independent of each other", async () => {
    const [one, other] = await Promise.all([start({ nodes: 3 }), start({ nodes: 1 })]);
    valueOf(await one.propose(put("a", "one")));
    valueOf(await other.propose(put("a", "other")));
    await one.stop();
    expect(await other.get("a")).toEqual({ type: "ok", value: "other" });
    expect(one).toBeInstanceOf(Cluster);
  });
});
