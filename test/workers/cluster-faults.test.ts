import {
  CRASH_POINTS,
  type Cluster,
  type ClusterEvent,
  type ClusterOptions,
  type Kept,
} from "@kontiki/actors";
import type { NodeId } from "@kontiki/core";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { allPairs, nextEvent, PATIENT, put, shared, start, valueOf } from "./support/clusters.ts";

const OPTIONS: ClusterOptions = { nodes: 3, faults: true, snapshotEntries: 8, keptEntries: 2 };

/** A cluster when it is whole, and a node of it that does not lead. */
async function faulty(
  whole: () => Cluster,
): Promise<{ readonly cluster: Cluster; readonly follower: string }> {
  const cluster = whole();
  valueOf(await cluster.propose(put("first", "1")));
  await cluster.converged(PATIENT);
  const leader = await cluster.leader(PATIENT);
  const follower = cluster.nodeIds.find((id) => id !== leader) ?? "";
  return { cluster, follower };
}

/** A node's next crash, and its next start after that. */
async function crashOf(
  cluster: Cluster,
  node: string,
  cause: () => Promise<unknown>,
): Promise<string> {
  const isOf = (event: ClusterEvent): boolean => "node" in event && event.node === node;
  const crashed = nextEvent(cluster, "crashed", isOf);
  const started = nextEvent(cluster, "started", isOf);
  await cause();
  const event = await crashed;
  await started;
  return event.cause;
}

function refusesSwappedDisks(whole: () => Cluster): void {
  test("swapped disks are refused by both nodes, which start again when they are back", async () => {
    const { cluster, follower } = await faulty(whole);
    const before = await allPairs(cluster);
    const other = await cluster.leader(PATIENT);
    await expect(cluster.faults.swapDisks(follower, other)).rejects.toThrow(
      `the disk of ${follower} is in use: stop the node before its disk is replaced`,
    );
    for (const node of [follower, other]) await cluster.node(node).stop();
    await cluster.faults.swapDisks(follower, other);
    for (const [node, owner] of [
      [follower, other],
      [other, follower],
    ] as const)
      await expect(cluster.node(node).start(PATIENT)).rejects.toThrow(
        new RegExp(`^${node} cannot start: .* is (that|the disk) of ${owner}, not of ${node}: put`),
      );
    for (const node of [follower, other]) await cluster.node(node).stop();
    await cluster.faults.swapDisks(other, follower);
    for (const node of [follower, other]) await cluster.node(node).start(PATIENT);
    await cluster.converged(PATIENT);
    expect(await allPairs(cluster)).toEqual(before);
  });
}

describe("in memory", () => {
  const whole = shared(() => OPTIONS);

  test("a carrier carries mail while it is needed, and otherwise mail takes its direct way", async () => {
    const { cluster } = await faulty(whole);
    let letters = 0;
    cluster.faults.carry((letter, deliver) => {
      letters += 1;
      deliver(letter);
    });
    valueOf(await cluster.propose(put("a", "1")));
    expect(letters).toBeGreaterThan(0);
    cluster.faults.carry();
    await cluster.converged(PATIENT);
    const before = letters;
    for (let count = 0; count < 20; count += 1) valueOf(await cluster.propose(put("a", "2")));
    await cluster.converged(PATIENT);
    expect(letters).toBe(before);
  });

  describe("a disk", () => {
    test.each([
      ["fails", { failing: ["sync"] }, "disk.errors.sync", /the device fails, as was asked for/],
      ["is full", { freeBytes: 10 }, "disk.full", /the disk is full, as was asked for/],
    ] as const)("%s until it is healed, also for later threads", async (...given) => {
      const [, disturbance, effect, message] = given;
      const { cluster, follower } = await faulty(whole);
      const { [effect]: before } = cluster.faults.effects(follower);
      const trouble = nextEvent(cluster, "trouble", ({ node }) => node === follower);
      cluster.faults.disturb(follower, disturbance);
      valueOf(await cluster.propose(put("a", "1")));
      expect((await trouble).what).toMatch(message);
      expect(cluster.faults.effects(follower)[effect]).toBeGreaterThan(before);
      cluster.faults.disturb(follower, {});
      await cluster.converged(PATIENT);
    });

    test("stalls: its node acknowledges nothing, can be killed, and catches up when it is healed", async () => {
      const { cluster, follower } = await faulty(whole);
      const before = cluster.faults.effects(follower)["disk.stalled"];
      cluster.faults.disturb(follower, { isStalled: true });
      const stalls = (): number => cluster.faults.effects(follower)["disk.stalled"] - before;
      // The others may decide before the leader's letter has come to this node.
      while (stalls() === 0) valueOf(await cluster.propose(put("a", "a")));
      for (const key of ["b", "c"]) valueOf(await cluster.propose(put(key, key)));
      expect(stalls()).toBe(1);
      await cluster.node(follower).crash();
      cluster.faults.disturb(follower, {});
      await cluster.converged(PATIENT);
    });
  });

  refusesSwappedDisks(whole);

  test("faults are refused where they cannot be injected, in one line", async () => {
    const plain = await start({ nodes: 1 });
    expect(() => plain.faults).toThrow(
      "Cluster.faults: the cluster was started without the option faults",
    );
    const { faults } = whole();
    expect(() => faults.disturb("n9", {})).toThrow("there is no node n9: there are n1");
    expect(() => faults.disturb("n1", { freeBytes: -1 })).toThrow(
      "ClusterFaults.disturb: freeBytes is -1: give a number from 0 to 2147483647",
    );
    expect(() => faults.effects("n9")).toThrow("there is no node n9: there are n1");
    expect(() => faults.carry("slowly" as never)).toThrow(
      "ClusterFaults.carry: network is 'slowly': give a function that takes a letter and a function that delivers it",
    );
    expect(() => faults.crashAt("n1", "atLunch" as "inSync")).toThrow(
      /ClusterFaults.crashAt: point is 'atLunch': give one of beforeSave, /,
    );
    await expect(faults.losePower("n1", "half" as Kept)).rejects.toThrow(
      /ClusterFaults.losePower: kept is 'half': give one of nothing, torn, some, everything/,
    );
  });
});

describe("in folders", () => {
  const folder = mkdtempSync(join(tmpdir(), "kontiki-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const whole = shared(() => ({ ...OPTIONS, dataDir: folder }));

  test("a node crashes at every point of a turn, loses power there, and comes back with all that was acknowledged", async () => {
    const { cluster, follower } = await faulty(whole);
    const keys: string[] = [];
    const provoke = async (): Promise<void> => {
      // Enough for a snapshot, and for what is before it to be removed.
      for (let count = 0; count < 9; count += 1) {
        const key = `point${keys.length}`;
        keys.push(key);
        valueOf(await cluster.propose(put(key, key)));
      }
    };
    const inTurn = CRASH_POINTS.filter((at) => at !== "inCompaction" && at !== "inRecovery");
    const kepts: readonly (Kept | undefined)[] = [undefined, "nothing", "torn", "some"];
    for (const [at, point] of inTurn.entries()) {
      const kept = kepts[at % kepts.length];
      cluster.faults.crashAt(follower, point, kept);
      const cause = await crashOf(cluster, follower, provoke);
      const lost = kept === undefined ? "" : "; power was lost, and with it ";
      expect(cause).toContain(`killed on request at the point ${point}${lost}`);
      await cluster.converged(PATIENT);
    }
    cluster.faults.crashAt(follower, "inRecovery", "nothing");
    const again = nextEvent(cluster, "crashed", ({ cause }) => cause.includes("inRecovery"));
    await cluster.node(follower).crash();
    await again;
    await cluster.converged(PATIENT);
    expect(new Set((await allPairs(cluster, "point")).keys())).toEqual(new Set(keys));
  });

  test("a loss of power takes a batch that was not synced, and never one that was", async () => {
    const { cluster, follower } = await faulty(whole);
    const lostBefore = cluster.faults.effects(follower)["disk.bytesLost"];
    const cause = await crashOf(cluster, follower, async () => {
      cluster.faults.crashAt(follower, "inSync", "nothing");
      valueOf(await cluster.propose(put("a", "1")));
    });
    const [, lost] = /with it (\d+) unsynced bytes/.exec(cause) ?? [];
    expect(Number(lost)).toBeGreaterThan(0);
    const lostNow = cluster.faults.effects(follower)["disk.bytesLost"];
    expect(lostNow - lostBefore).toBe(Number(lost));
    await cluster.converged(PATIENT);
    const synced = await crashOf(cluster, follower, async () => {
      cluster.faults.crashAt(follower, "afterSave", "nothing");
      valueOf(await cluster.propose(put("b", "2")));
    });
    expect(synced).toContain("with it 0 unsynced bytes");
    await cluster.converged(PATIENT);
  });

  test("all nodes lose power again and again, and nothing that was acknowledged is lost", async () => {
    const { cluster } = await faulty(whole);
    const keys: string[] = [];
    for (const kept of ["torn", "some"] as const) {
      const done: Promise<unknown>[] = [];
      for (let count = 0; count < 20; count += 1) {
        const key = `power-${kept}${count}`;
        keys.push(key);
        done.push(cluster.propose(put(key, key)).then(valueOf));
      }
      await Promise.all(cluster.nodeIds.map((node) => cluster.faults.losePower(node, kept)));
      await Promise.all(done);
      // Only a node with a thread can lose power: the last one may still be about to restart.
      await cluster.converged(PATIENT);
    }
    expect(new Set((await allPairs(cluster, "power-")).keys())).toEqual(new Set(keys));
  });

  refusesSwappedDisks(whole);

  test("a node refuses an earlier disk of its own", async () => {
    const { cluster, follower } = await faulty(whole);
    const file = join(folder, follower, "node.json");
    const first = readFileSync(file);
    await cluster.node(follower).wipe(PATIENT);
    await cluster.node(follower).stop();
    const second = readFileSync(file);
    const promise = Buffer.from(cluster.faults.diskOf(follower).read("promise")).toString("latin1");
    expect(promise).toMatch(new RegExp(`disk \\d of ${follower} of cluster `));
    writeFileSync(file, first);
    await expect(cluster.node(follower).start(PATIENT)).rejects.toThrow(
      new RegExp(
        `${follower} is that of disk 0 of ${follower}, not of disk \\d of ${follower}: put`,
      ),
    );
    await cluster.node(follower).stop();
    writeFileSync(file, second);
    await cluster.node(follower).start(PATIENT);
  });

  test("a node that is being added can be disturbed and asked before its supervisor knows it", async () => {
    const { cluster } = await faulty(whole);
    const added = cluster.addNode("n4", PATIENT);
    cluster.faults.disturb("n4", { slowMs: [1, 1] });
    expect(cluster.faults.counts("n4")).toMatchObject({ "elections.won": 0 });
    expect(Object.values(cluster.faults.effects("n4")).every((count) => count === 0)).toBe(true);
    expect(cluster.faults.diskOf("n4").list()).toContain("node.json");
    await added;
    await cluster.removeNode("n4", PATIENT);
  });

  test("what happens in a node's threads is counted over all its lives, each entry once", async () => {
    const { cluster } = await faulty(whole);
    const before = new Map(cluster.nodeIds.map((node) => [node, cluster.faults.counts(node)]));
    const counted = (node: NodeId, name: keyof ReturnType<typeof cluster.faults.counts>): number =>
      cluster.faults.counts(node)[name] - (before.get(node)?.[name] ?? 0);
    /** The lead goes from one node to another. An election may come between, and another node leads then: once more. */
    const handOver = async (): Promise<readonly [from: NodeId, to: NodeId]> => {
      for (;;) {
        const from = await cluster.leader(PATIENT);
        const to = cluster.nodeIds.find((node) => node !== from) ?? from;
        await cluster.transfer(to, PATIENT);
        if (counted(from, "transfers") > 0 && counted(to, "elections.won") > 0) return [from, to];
      }
    };
    const [from, to] = await handOver();
    await cluster.node(to).crash();
    await cluster.converged(PATIENT);
    expect(cluster.faults.counts(from)["elections.won"]).toBeGreaterThanOrEqual(1);
    for (const name of ["transfers", "transfers.told", "leaders.deposed"] as const)
      expect(counted(from, name), name).toBeGreaterThanOrEqual(1);
    // Its thread was killed since.
    expect(counted(to, "elections.won")).toBeGreaterThanOrEqual(1);
    expect([counted(from, "refusals"), counted(from, "repeats"), counted(to, "throws")]).toEqual([
      0, 0, 0,
    ]);
  });
});

test("a slow clock makes its node wait longer for the leader", async () => {
  const cluster = await start({ nodes: 1, faults: true });
  await cluster.leader(PATIENT);
  cluster.faults.disturb("n1", { clockRate: 0.2 });
  const began = performance.now();
  const leads = nextEvent(cluster, "leader");
  await cluster.node("n1").crash();
  await leads;
  // 150 ms by its own clock.
  expect(performance.now() - began).toBeGreaterThan(750);
});
