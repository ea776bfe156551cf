import { KontikiError, type Cluster, type ClusterOptions } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import { nextEvent, PATIENT, put, start, temporaryFolder, valueOf } from "./support/clusters.ts";

/** Elections, snapshots and whole stories take their time, and a busy machine takes more. */
const SLOW = { timeout: 300_000 };

/** How many values the clients write. */
const VALUES = 9_000;

/** So many keys, each with a client of its own that adds one value after another. */
const SLOTS = 16;

/** Clients that append numbers to keys of their own. Each key then holds each of its numbers once, in order. */
class Writers {
  readonly #cluster: Cluster;
  readonly #next = Array.from({ length: SLOTS }, () => 0);

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Writes about so many values, all keys side by side. */
  async write(values: number): Promise<void> {
    await Promise.all(this.#next.map((_, slot) => this.#fill(slot, values / SLOTS)));
  }

  /** What the keys must hold. */
  expected(): ReadonlyMap<string, string> {
    const pairs = this.#next.map((count, slot) => {
      const numbers = Array.from({ length: count }, (_, at) => `${at + 1},`);
      return [`slot${slot}`, numbers.join("")] as const;
    });
    return new Map(pairs);
  }

  async #fill(slot: number, values: number): Promise<void> {
    for (let written = 0; written < values; written += 1) {
      const next = (this.#next[slot] ?? 0) + 1;
      this.#next[slot] = next;
      const command = { type: "append", key: `slot${slot}`, value: `${next},` } as const;
      valueOf(await this.#cluster.propose(command));
    }
  }
}

async function pairs(cluster: Cluster): Promise<ReadonlyMap<string, string>> {
  const found = valueOf(await cluster.read({ type: "list", prefix: "slot" }, PATIENT));
  return new Map(found as readonly (readonly [string, string])[]);
}

/** Who is what in the cluster. */
async function roles(cluster: Cluster): Promise<Readonly<Record<string, string>>> {
  const { members } = await cluster.members(PATIENT);
  return Object.fromEntries(members.map(({ id, role }) => [id, role]));
}

async function removeLeader(cluster: Cluster): Promise<void> {
  await cluster.removeNode(await cluster.leader(PATIENT), PATIENT);
}

async function compactAll(cluster: Cluster): Promise<void> {
  for (const id of cluster.nodeIds) {
    await cluster.node(id).snapshot(PATIENT);
    await cluster.node(id).compact();
  }
}

/** All that can be done to the nodes of a cluster of one, until there are three others. */
const STEPS: readonly ((cluster: Cluster) => Promise<unknown>)[] = [
  (cluster) => cluster.addNode("n2", PATIENT),
  (cluster) => cluster.addNode("n3", PATIENT),
  compactAll,
  (cluster) => cluster.addNode("n4", PATIENT),
  (cluster) => cluster.addNode("n5", PATIENT),
  removeLeader,
  compactAll,
  (cluster) => cluster.transfer(undefined, PATIENT),
  removeLeader,
];

describe("a cluster grows from one node to five and shrinks to three, while clients write", () => {
  test.each<[string, () => ClusterOptions]>([
    ["in memory", () => ({ nodes: ["n1"] })],
    ["on disk", () => ({ nodes: ["n1"], dataDir: temporaryFolder() })],
  ])("and every value is there exactly once: %s", SLOW, async (_title, options) => {
    const given = options();
    const cluster = await start(given);
    const writers = new Writers(cluster);
    for (const step of STEPS)
      await Promise.all([step(cluster), writers.write(VALUES / STEPS.length)]);
    expect(await pairs(cluster)).toEqual(writers.expected());
    expect(Object.values(await roles(cluster))).toEqual(["voter", "voter", "voter"]);
    expect(cluster.nodeIds).toHaveLength(3);
    await cluster.converged(PATIENT);
    const states = await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).digest()));
    expect(new Set(states.map(({ sha256 }) => sha256)).size).toBe(1);
    if (given.dataDir === undefined) return;
    await cluster.stop();
    const again = await start({ dataDir: given.dataDir });
    expect(again.nodeIds).toEqual(cluster.nodeIds);
    expect(await pairs(again)).toEqual(writers.expected());
  });
});

describe("one change after another", () => {
  test(
    "a learner gets the log and no vote, until it is promoted (dissertation 4.2.1)",
    SLOW,
    async () => {
      const cluster = await start({ nodes: ["n1"] });
      valueOf(await cluster.propose(put("a", "1")));
      await cluster.addNode("n2", { as: "learner", ...PATIENT });
      expect(await roles(cluster)).toEqual({ n1: "voter", n2: "learner" });
      await cluster.converged(PATIENT);
      expect(cluster.node("n2").status().raft).toMatchObject({ votes: false, role: "follower" });
      await cluster.promote("n2", PATIENT);
      expect(await roles(cluster)).toEqual({ n1: "voter", n2: "voter" });
      await cluster.promote("n2", PATIENT);
    },
  );

  test("a node replaces another, whose disk is removed", SLOW, async () => {
    const cluster = await start({ nodes: 3 });
    await cluster.addNode("n4", { replaces: "n3", ...PATIENT });
    expect(await roles(cluster)).toEqual({ n1: "voter", n2: "voter", n4: "voter" });
    expect(cluster.nodeIds).toEqual(["n1", "n2", "n4"]);
    expect(() => cluster.node("n3")).toThrow("there is no node n3: there are n1, n2, n4");
  });

  test("a removed node returns under its name with another disk", SLOW, async () => {
    const cluster = await start({ nodes: 3, dataDir: temporaryFolder() });
    const handle = cluster.node("n3");
    await cluster.removeNode("n3", PATIENT);
    await expect(handle.start()).rejects.toThrow("n3 was removed");
    await cluster.addNode("n3", PATIENT);
    expect(await roles(cluster)).toEqual({ n1: "voter", n2: "voter", n3: "voter" });
    expect(cluster.node("n3").status().uid).toBe(1);
  });

  test("events report the leader and its membership", SLOW, async () => {
    const cluster = await start({ nodes: ["n1"] });
    const committed = nextEvent(
      cluster,
      "membership",
      (event) => event.committed && event.membership.voters.length === 2,
    );
    await cluster.addNode("n2", PATIENT);
    expect((await committed).membership.voters).toEqual(["n1", "n2"]);
  });

  test(
    "a disk that a majority cannot spare is not wiped; one that it can is back with its vote",
    SLOW,
    async () => {
      const cluster = await start({ nodes: 3 });
      valueOf(await cluster.propose(put("a", "1")));
      await cluster.converged(PATIENT);
      await cluster.node("n1").stop();
      await expect(cluster.node("n2").wipe()).rejects.toThrow(
        /^without the disk of n2 only 1 of 3 voters would hold all acknowledged commands, and 2 must: /,
      );
      await expect(cluster.transfer("n1")).rejects.toThrow(/^n1 does not run: it is stopped$/);
      await cluster.node("n1").start();
      await cluster.converged(PATIENT);
      for (const node of cluster.nodeIds) await cluster.node(node).wipe(PATIENT);
      expect(await cluster.get("a")).toEqual({ type: "ok", value: "1" });
      const { members } = await cluster.members();
      expect(members.map(({ role, uid }) => `${role} ${uid}`).toSorted()).toEqual([
        "voter 1",
        "voter 2",
        "voter 3",
      ]);
    },
  );

  test(
    "of two disks that are wiped at once, a majority cannot spare the second",
    SLOW,
    async () => {
      const cluster = await start({ nodes: 3 });
      valueOf(await cluster.propose(put("a", "1")));
      await cluster.converged(PATIENT);
      const wipes = ["n1", "n2"].map((node) => cluster.node(node).wipe(PATIENT));
      await expect(wipes[1]).rejects.toThrow(
        /^without the disk of n2 only 1 of 3 voters would hold all acknowledged commands, and 2 must: /,
      );
      await wipes[0];
      expect(await cluster.get("a")).toEqual({ type: "ok", value: "1" });
      await cluster.node("n2").wipe(PATIENT);
      expect(await roles(cluster)).toEqual({ n1: "voter", n2: "voter", n3: "voter" });
    },
  );

  test(
    "a disk is not wiped while another voter leaves, and none leaves while one is wiped",
    SLOW,
    async () => {
      const cluster = await start({ nodes: 3 });
      valueOf(await cluster.propose(put("a", "1")));
      await cluster.converged(PATIENT);
      const wipe = cluster.node("n3").wipe(PATIENT);
      // Alone, n1 could not commit that n2 has left: it waits until n3 votes again.
      await Promise.all([wipe, cluster.removeNode("n2", PATIENT)]);
      expect(await roles(cluster)).toEqual({ n1: "voter", n3: "voter" });
      await cluster.addNode("n4", PATIENT);
      const removal = cluster.removeNode("n4", PATIENT);
      await expect(cluster.node("n3").wipe(PATIENT)).rejects.toThrow(
        /^without the disk of n3 only 1 of 3 voters would hold all acknowledged commands, and 2 must: /,
      );
      await removal;
      expect(valueOf(await cluster.get("a", PATIENT))).toBe("1");
    },
  );

  test("an impossible change is refused, and nothing is left of it", SLOW, async () => {
    const cluster = await start({ nodes: ["n1"] });
    const refused = async (what: Promise<unknown>, message: RegExp): Promise<void> => {
      await expect(what).rejects.toThrow(message);
    };
    await refused(cluster.removeNode("n1"), /^removing n1: no voter would be left$/);
    await refused(cluster.addNode("n1"), /^there is a node n1 already$/);
    await refused(cluster.addNode("N"), /^the name is 'N': give a name of/);
    await refused(cluster.addNode("n2", { replaces: "n9" }), /^there is no node n9: there are n1$/);
    await refused(
      cluster.addNode("n2", { as: "learner", replaces: "n1" }),
      /^a learner cannot replace a node: it has no vote$/,
    );
    await refused(cluster.removeNode("n9"), /^there is no node n9: there are n1$/);
    await refused(cluster.promote("n9"), /^there is no node n9: there are n1$/);
    await refused(cluster.transfer(), /^transferring the lead: there is no other voter$/);
    await refused(cluster.node("n1").wipe(), /^n1 is the only voter/);
    await expect(cluster.addNode("n2", { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(cluster.nodeIds).toEqual(["n1"]);
    expect(await roles(cluster)).toEqual({ n1: "voter" });
  });
});

test("several members come, leave and lose their votes in one change (§6)", SLOW, async () => {
  const cluster = await start({ nodes: 3 });
  valueOf(await cluster.propose(put("a", "1")));
  const change = { add: ["n4", "n5"], remove: ["n1"], demote: ["n2"] };
  await cluster.changeMembers(change, PATIENT);
  expect(cluster.nodeIds).toEqual(["n2", "n3", "n4", "n5"]);
  expect(await roles(cluster)).toEqual({ n2: "learner", n3: "voter", n4: "voter", n5: "voter" });
  await cluster.converged(PATIENT);
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ remove: ["n9"] }, /^there is no node n9: there are n2, n3, n4, n5$/],
    [{ add: ["n5"] }, /^there is a node n5 already$/],
    [{ add: ["n6"], remove: ["n6"] }, /^there is no node n6: /],
    [{ remove: ["n3"], demote: ["n3"] }, /^Cluster.changeMembers: n3 is named twice$/],
    [{ add: ["a", "b", "c", "d", "e", "f"] }, /^a cluster has at most 9 nodes: remove one first$/],
    [{ remove: ["n3", "n4", "n5"] }, /^changing the members: no voter would be left$/],
  ];
  for (const [wrong, message] of refused)
    await expect(cluster.changeMembers(wrong, PATIENT)).rejects.toThrow(message);
  expect(cluster.nodeIds).toEqual(["n2", "n3", "n4", "n5"]);
  await cluster.changeMembers({ promote: ["n2"], remove: ["n5"] }, PATIENT);
  expect(await roles(cluster)).toEqual({ n2: "voter", n3: "voter", n4: "voter" });
  expect(valueOf(await cluster.get("a", PATIENT))).toBe("1");
});

/** A node's removal is given up once its leader has it in the log; its followers acknowledge it only then. */
async function giveUpRemoving(cluster: Cluster, node: string): Promise<void> {
  const held: (() => void)[] = [];
  const leader = await cluster.leader(PATIENT);
  cluster.faults.carry((letter, deliver) => {
    if (letter.to === leader) held.push(() => deliver(letter));
    else deliver(letter);
  });
  const begun = nextEvent(cluster, "membership", ({ committed }) => !committed);
  const abort = new AbortController();
  const removal = cluster.removeNode(node, { ...PATIENT, signal: abort.signal });
  await Promise.race([begun, removal]);
  abort.abort(new KontikiError("enough"));
  await expect(removal).rejects.toThrow("enough");
  for (const deliver of held) deliver();
  cluster.faults.carry();
}

/** Adds a node that leaves although its removal is given up, and still runs. */
async function leaveBehind(cluster: Cluster, node: string): Promise<void> {
  await cluster.addNode(node, PATIENT);
  valueOf(await cluster.propose(put("a", "1")));
  // An election may take the removal back.
  while (node in (await roles(cluster))) {
    if ((await cluster.leader(PATIENT)) === node) await cluster.transfer(undefined, PATIENT);
    await giveUpRemoving(cluster, node);
    await cluster.converged(PATIENT);
  }
}

test("a node that left although its removal was given up is in nobody's way, and is removed later", async () => {
  const cluster = await start({ nodes: 3, faults: true });
  await leaveBehind(cluster, "n4");
  valueOf(await cluster.propose(put("a", "2")));
  await cluster.converged(PATIENT);
  const leader = await cluster.leader(PATIENT);
  const applied = [leader, "n4"].map((node) => cluster.node(node).status().raft?.applied ?? 0);
  expect(applied[1]).toBeLessThan(applied[0] ?? 0);
  await expect(cluster.promote("n4", PATIENT)).rejects.toThrow(
    "promoting n4: n4 is not a member, and cannot become one with the disk that it has: remove it, and add it again",
  );
  await expect(cluster.addNode("n4", PATIENT)).rejects.toThrow(
    "there is a node n4 already, which is not a member: remove it first",
  );
  await Promise.all([cluster.removeNode("n4", PATIENT), cluster.removeNode("n4", PATIENT)]);
  expect(cluster.nodeIds).toEqual(["n1", "n2", "n3"]);
}, 120_000);

test("nodes that left make no disk spare, though no node leads", async () => {
  const cluster = await start({ nodes: 3, faults: true });
  for (const node of ["n4", "n5"]) await leaveBehind(cluster, node);
  cluster.faults.carry(() => {});
  const leader = await cluster.leader(PATIENT);
  await cluster.node(leader).stop();
  const [last = ""] = ["n1", "n2", "n3"].filter((node) => node !== leader);
  await expect(cluster.node(last).wipe(PATIENT)).rejects.toThrow(
    `without the disk of ${last} only 1 of 3 voters would hold all acknowledged commands, and 2 must: `,
  );
}, 120_000);

describe("a node whose disk is wiped", () => {
  test.each([
    ["in memory", () => ({ nodes: 3 })],
    ["on disk", () => ({ nodes: 3, dataDir: temporaryFolder() })],
  ])("learns everything again, and gets its vote back: %s", SLOW, async (_title, options) => {
    const cluster = await start(options());
    const writers = new Writers(cluster);
    await writers.write(160);
    await compactAll(cluster);
    await Promise.all([cluster.node("n2").wipe(PATIENT), writers.write(160)]);
    await cluster.converged(PATIENT);
    expect(cluster.node("n2").status()).toMatchObject({ uid: 1, raft: { votes: true } });
    expect(await roles(cluster)).toEqual({ n1: "voter", n2: "voter", n3: "voter" });
    expect(await pairs(cluster)).toEqual(writers.expected());
    // Its vote counts again: without it there is no majority now.
    await cluster.node("n3").stop();
    valueOf(await cluster.propose(put("a", "1")));
  });

  test("the leader too", SLOW, async () => {
    const cluster = await start({ nodes: 3 });
    valueOf(await cluster.propose(put("a", "1")));
    await cluster.node(await cluster.leader(PATIENT)).wipe(PATIENT);
    await cluster.converged(PATIENT);
    expect(valueOf(await cluster.get("a", PATIENT))).toBe("1");
  });
});

test("leadership goes to the chosen node (dissertation 3.10)", SLOW, async () => {
  const cluster = await start({ nodes: 3 });
  for (const id of ["n1", "n2", "n3", "n3"]) {
    expect(await cluster.transfer(id, PATIENT)).toBe(id);
    expect(await cluster.leader(PATIENT)).toBe(id);
  }
});
