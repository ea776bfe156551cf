import { type Cluster } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import {
  allPairs,
  commonLog,
  machine,
  nextEvent,
  PATIENT,
  put,
  start,
  temporaryFolder,
  valueOf,
} from "./support/clusters.ts";

const CLIENTS = 64;

/** The leader crashes after this many commands. */
const EVERY = 100;

/** How often all nodes crash at once. */
const ROUNDS = 3;

type Add = { readonly type: "add"; readonly id: number } | { readonly type: "audit" };
type Sum = number | { readonly ids: number; readonly total: number };

/** So many clients, each with one proposal at a time, until `next` has nothing more to propose. */
async function clients(propose: () => Promise<boolean>): Promise<void> {
  const client = async (): Promise<void> => {
    while (await propose());
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

/** Crashes whoever leads, or will. */
async function crashLeader(cluster: Pick<Cluster, "leader" | "node">): Promise<void> {
  await cluster.node(await cluster.leader(PATIENT)).crash();
}

describe("commands of 64 clients, with a crash of the leader after every 100", () => {
  test.each([
    ["500 in memory", 500, () => ({ nodes: 3 })],
    ["500 on disk", 500, () => ({ nodes: 3, dataDir: temporaryFolder() })],
  ])(
    "are applied exactly once: %s",
    async (_, commands, options) => {
      const cluster = await start<Add, Sum>({
        ...options(),
        stateMachine: machine("counter.mjs"),
      });
      const counts: Sum[] = [];
      let crashes = 0;
      let crashing = Promise.resolve();
      const crashesMax = commands / EVERY - 1;
      let next = 0;
      await clients(async () => {
        if (next === commands) return false;
        next += 1;
        counts.push(valueOf(await cluster.propose({ type: "add", id: next })));
        if (counts.length % EVERY === 0 && crashes < crashesMax) {
          crashes += 1;
          crashing = crashing.then(() => crashLeader(cluster));
        }
        return true;
      });
      await crashing;

      expect(crashes).toBe(crashesMax);
      expect(counts).toEqual(Array.from({ length: commands }, () => 1));
      const audit = await cluster.propose({ type: "audit" });
      expect(audit).toEqual({ type: "ok", value: { ids: commands, total: commands } });
      const log = (await commonLog(cluster)).filter(({ type }) => type === "command");
      expect(log.length).toBeGreaterThan(commands);
      const restarts = cluster.status().reduce((sum, node) => sum + node.restarts, 0);
      expect(restarts).toBe(crashesMax);
    },
    PATIENT.timeoutMs,
  );
});

describe(`all nodes crashed at the same moment, ${ROUNDS} times in a row`, () => {
  test(
    "lose nothing that was acknowledged",
    async () => {
      const cluster = await start({ nodes: 3, dataDir: temporaryFolder() });
      const acknowledged = new Map<string, string>();
      let next = 0;
      let over = false;
      const writing = clients(async () => {
        if (over) return false;
        next += 1;
        const [key, value] = [`k${next}`, `v${next}`];
        valueOf(await cluster.propose(put(key, value)));
        acknowledged.set(key, value);
        return true;
      });

      for (let round = 0; round < ROUNDS; round += 1) {
        valueOf(await cluster.propose(put("round", String(round))));
        const back = cluster.nodeIds.map((id) =>
          nextEvent(cluster, "started", ({ node }) => node === id),
        );
        await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).crash()));
        await Promise.all(back);
      }
      over = true;
      await writing;

      const pairs = await allPairs(cluster);
      expect(pairs.get("round")).toBe(String(ROUNDS - 1));
      expect([...acknowledged].filter(([key, value]) => pairs.get(key) !== value)).toEqual([]);
      await commonLog(cluster);
      const restarts = cluster.status().map((node) => node.restarts);
      expect(restarts).toEqual([ROUNDS, ROUNDS, ROUNDS]);
    },
    PATIENT.timeoutMs,
  );
});

describe("a requested crash", () => {
  test("is reported with its cause, and does not count", async () => {
    const cluster = await start({
      nodes: 1,
      restartIntensity: { crashes: 0, withinMs: 60_000 },
    });
    const node = cluster.node("n1");
    for (let crash = 1; crash <= 2; crash += 1) {
      const crashed = nextEvent(cluster, "crashed");
      const started = nextEvent(cluster, "started");
      await node.crash();
      expect(await crashed).toEqual({
        type: "crashed",
        node: "n1",
        incarnation: crash,
        cause: "killed on request",
        asked: true,
        crashes: 0,
        restartInMs: expect.any(Number) as number,
      });
      expect(await started).toEqual({
        type: "started",
        node: "n1",
        incarnation: crash + 1,
        tornBytes: expect.any(Number) as number,
      });
    }
    expect(node.status()).toMatchObject({ life: { type: "running" }, incarnation: 3, restarts: 2 });
  });

  test("of a node that is down already is refused", async () => {
    const cluster = await start({ nodes: 1 });
    const node = cluster.node("n1");
    // It may be restarted before the next request comes: then that crashes it again.
    const crashed = async (): Promise<never> => {
      for (;;) await node.crash();
    };
    await expect(crashed()).rejects.toThrow("n1 has no thread to crash: it is restarting");
    await node.stop();
    await expect(node.crash()).rejects.toThrow("n1 has no thread to crash: it is stopped");
  });

  test("of a node that is starting still restarts it", async () => {
    const cluster = await start();
    const node = cluster.node("n1");
    await node.stop();
    const started = node.start();
    await node.crash();
    await started;
    expect(node.status()).toMatchObject({ life: { type: "running" }, incarnation: 3, restarts: 1 });
    valueOf(await cluster.propose(put("a", "1")));
    await commonLog(cluster);
  });
});
