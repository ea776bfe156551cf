import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cluster, type ClusterEvent, type ClusterOptions } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import {
  commonLog,
  machine,
  nextEvent,
  record,
  start,
  temporaryFolder,
  valueOf,
} from "./support/clusters.ts";

type List = Cluster<string, number>;

type Disobedient = {
  readonly cluster: List;
  /** Gives a node an order to come to harm by: once, or with each command that it applies. */
  readonly order: (node: string, what: string, often?: "once" | "always") => void;
};

async function startObedient(options: ClusterOptions = {}): Promise<Disobedient> {
  const orders = temporaryFolder();
  const cluster = await start<string, number>({
    ...options,
    stateMachine: machine("obedient.mjs", { orders }),
  });
  return {
    cluster,
    order: (node, what, often = "once") =>
      writeFileSync(join(orders, often === "once" ? `${node}!` : node), what),
  };
}

function crashesIn(events: readonly ClusterEvent[]) {
  return events.filter((event) => event.type === "crashed");
}

describe("a thread that dies without a request", () => {
  test("is restarted alone each time, with cause, incarnation and count", async () => {
    const deaths = [
      ["throw in a timer", "the timer went wrong"],
      ["reject", "nobody caught this"],
      ["exit 3", "the thread ended with exit code 3"],
      ["exit 0", "the thread ended without being asked to"],
      ["fill the heap", "its heap outgrew its limit within one turn: heapMiB is 32"],
    ] as const;
    const restartIntensity = { crashes: deaths.length, withinMs: 600_000 };
    const { cluster, order: give } = await startObedient({ heapMiB: 32, restartIntensity });
    await cluster.converged();
    for (const [at, [order, cause]] of deaths.entries()) {
      const started = nextEvent(cluster, "started", ({ node }) => node === "n2");
      const crashed = nextEvent(cluster, "crashed");
      give("n2", order);
      expect(valueOf(await cluster.propose("a"))).toBe(2 * at + 1);
      expect(await crashed).toEqual({
        type: "crashed",
        node: "n2",
        incarnation: at + 1,
        cause,
        asked: false,
        crashes: at + 1,
        restartInMs: expect.any(Number) as number,
      });
      expect(await started).toMatchObject({ incarnation: at + 2 });
      expect(valueOf(await cluster.propose("b"))).toBe(2 * at + 2);
      await commonLog(cluster);
      expect(cluster.node("n2").status()).toMatchObject({ incarnation: at + 2, restarts: at + 1 });
    }
  });
});

test("a state that outgrows the heap ends its node, not the process, although its table is copied", async () => {
  const stateMachine = machine("hoarder.mjs");
  const restartIntensity = { crashes: 0, withinMs: 60_000 };
  const cluster = await start<number, number>({
    nodes: 1,
    heapMiB: 32,
    stateMachine,
    restartIntensity,
  });
  const failed = nextEvent(cluster, "failed");
  for (;;) if ((await cluster.propose(20_000)).type !== "ok") break;
  expect((await failed).cause).toMatch(
    /^it crashed 1 .* because: its heap is full: \d+ MiB in use, and heapMiB is 32$/,
  );
});

test("a command for which the stack is too small has no result: the nodes end, and say why", async () => {
  const cluster = await start<string, number>({
    stateMachine: machine("endless.mjs"),
    restartIntensity: { crashes: 0, withinMs: 60_000 },
  });
  expect(valueOf(await cluster.propose("count"))).toBe(1);
  expect(await cluster.read("endless")).toEqual({
    type: "error",
    message: "Maximum call stack size exceeded",
  });
  const failed = nextEvent(cluster, "failed");
  const outcome = cluster.propose("endless");
  expect((await failed).cause).toBe(
    "it crashed 1 times within 60000 ms, the last time because: a command needs more stack or memory than this thread has: Maximum call stack size exceeded",
  );
  expect((await outcome).type).toBe("unknown");
});

describe("a node that crashes again and again", () => {
  test("is restarted after longer and longer delays, then given up, and started on request", async () => {
    const { cluster, order } = await startObedient({
      restartIntensity: { crashes: 3, withinMs: 60_000 },
    });
    const events = record(cluster);
    const failed = nextEvent(cluster, "failed");
    order("n3", "exit 3", "always");
    expect(valueOf(await cluster.propose("a"))).toBe(1);
    const cause =
      "it crashed 4 times within 60000 ms, the last time because: the thread ended with exit code 3";
    expect(await failed).toEqual({ type: "failed", node: "n3", incarnation: 4, cause });
    expect(cluster.node("n3").status()).toMatchObject({
      life: { type: "failed", cause },
      restarts: 3,
      raft: undefined,
    });

    const crashes = crashesIn(events);
    expect(crashes.map(({ incarnation, crashes: count }) => [incarnation, count])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    const pauses = crashes.map(({ restartInMs }) => restartInMs ?? Infinity);
    expect(pauses.at(3)).toBe(Infinity);
    [20, 40, 80].forEach((longest, at) => {
      expect(pauses[at]).toBeGreaterThanOrEqual(longest / 2);
      expect(pauses[at]).toBeLessThanOrEqual(longest);
    });

    // The others do without it, and it does without its past when it is started again.
    expect(valueOf(await cluster.propose("b"))).toBe(2);
    order("n3", "exit 3");
    const again = nextEvent(cluster, "crashed");
    await cluster.node("n3").start();
    expect(await again).toMatchObject({ crashes: 1, incarnation: 5 });
  });

  test("is independent of its neighbours: each has its own intensity", async () => {
    const { cluster, order } = await startObedient({
      nodes: 2,
      restartIntensity: { crashes: 1, withinMs: 60_000 },
    });
    const events = record(cluster);
    for (const id of cluster.nodeIds) {
      const started = nextEvent(cluster, "started", ({ node }) => node === id);
      order(id, "exit 3");
      valueOf(await cluster.propose(`harm ${id}`));
      await started;
      await cluster.converged();
    }
    expect(crashesIn(events).map(({ crashes }) => crashes)).toEqual([1, 1]);
    expect(events.filter(({ type }) => type === "failed")).toEqual([]);
    valueOf(await cluster.propose("well"));
  });

  test("is not given up because of requested crashes in between", async () => {
    const { cluster, order } = await startObedient({
      nodes: 1,
      restartIntensity: { crashes: 1, withinMs: 60_000 },
    });
    const events = record(cluster);
    const node = cluster.node("n1");
    const back = (): Promise<unknown> =>
      nextEvent(cluster, "started", (event) => event.node === "n1");
    for (const harm of ["asked", "exit 3", "asked", "asked"]) {
      const started = back();
      if (harm === "asked") await node.crash();
      else {
        order("n1", harm);
        valueOf(await cluster.propose("harm"));
      }
      await started;
      await cluster.converged();
    }
    const seen = crashesIn(events).map(({ asked, crashes }) => [asked, crashes]);
    expect(seen).toEqual([
      [true, 0],
      [false, 1],
      [true, 1],
      [true, 1],
    ]);
  });
});
