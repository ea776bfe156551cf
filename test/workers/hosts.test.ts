import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BroadcastChannel } from "node:worker_threads";
import {
  Cluster,
  openLostCluster,
  type ClusterEvent,
  type ClusterOptions,
  type Peers,
} from "@kontiki/actors";
import { nodeId } from "@kontiki/core";
import { expect, onTestFinished, test } from "vitest";
import type { Wrong } from "./support/broadcast-transport.ts";
import { PATIENT, put, temporaryFolder, valueOf } from "./support/clusters.ts";

const PEERS: Peers = { cluster: "tri", hosts: { a: ["n1"], b: ["n2"], c: ["n3"] } };

const MODULE = new URL("./support/broadcast-transport.ts", import.meta.url).href;

/** Some tests start seven hosts, one after another: on a busy machine that takes longer than a test may by default. */
const TEST_MS = 120_000;

let networks = 0;

/** The hosts of one cluster, each a cluster of its own in this process, on a network that a test can disturb. */
class Hosts {
  readonly folder = temporaryFolder();
  readonly network: string;
  readonly #wrong: Wrong;
  readonly #events = new Map<Cluster, ClusterEvent[]>();

  constructor(wrong: Partial<Wrong> = {}) {
    networks += 1;
    this.network = `net-${process.pid}-${networks}`;
    this.#wrong = { network: this.network, lost: 0, doubled: 0, late: 0, ...wrong };
  }

  async start(host: string, options: ClusterOptions = {}): Promise<Cluster> {
    const events: ClusterEvent[] = [];
    const cluster = await Cluster.start({
      peers: PEERS,
      host,
      transport: { module: MODULE, options: this.#wrong },
      dataDir: join(this.folder, host),
      proposalTimeoutMs: PATIENT.timeoutMs,
      onEvent: (event) => events.push(event),
      ...options,
    });
    this.#events.set(cluster, events);
    onTestFinished(() => cluster.stop());
    return cluster;
  }

  async startAll(): Promise<readonly [Cluster, Cluster, Cluster]> {
    return Promise.all([this.start("a"), this.start("b"), this.start("c")]);
  }

  /** Waits for an event that has come or will come. */
  async event(cluster: Cluster, is: (event: ClusterEvent) => boolean): Promise<ClusterEvent> {
    const known = this.#events.get(cluster)?.find(is);
    if (known !== undefined) return known;
    return new Promise((resolve) => {
      cluster.events.on("event", (event) => {
        if (is(event)) resolve(event);
      });
    });
  }

  /** How a node of a host that is being started fails. */
  async failure(host: string, cluster: Cluster): Promise<string> {
    const event = await this.event(cluster, ({ type }) => type === "failed");
    return event.type === "failed" ? `${host}: ${event.cause}` : "";
  }
}

/** Copies a folder that is in use: a file that has another name before it was copied is copied under that. */
function copyLive(from: string, to: string): void {
  for (;;) {
    try {
      return cpSync(from, to, { recursive: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

/** Starts hosts until one ends as expected. An election since a copy was made is something that the copy lacks. */
async function startUntil(
  start: () => Promise<Cluster>,
  ending: (cluster: Cluster) => Promise<string>,
  expected: RegExp,
): Promise<Cluster> {
  for (;;) {
    const cluster = await start();
    const text = await ending(cluster);
    if (expected.test(text)) return cluster;
    expect(text).toMatch(/is an older copy|two processes have/);
    await cluster.stop();
  }
}

async function writeOnEach(clusters: readonly Cluster[]): Promise<void> {
  for (const [at, each] of clusters.entries()) valueOf(await each.propose(put(`k${at}`, "v")));
}

async function readOnEach(clusters: readonly Cluster[]): Promise<void> {
  for (const each of clusters)
    for (const at of clusters.keys())
      expect(await each.get(`k${at}`)).toEqual({ type: "ok", value: "v" });
}

test(
  "hosts elect one leader, clients on each of them reach it, and nothing of another cluster is taken nor anything malformed",
  async () => {
    const hosts = new Hosts();
    // What is asked before any other host is known goes to the leader as soon as one is, and not when no answer has come for long.
    const peers: Peers = { cluster: "tri", hosts: { ...PEERS.hosts, e: [] } };
    const slow = { peers, dataDir: undefined, electionTimeoutMs: 30_000 };
    const early = await hosts.start("e", slow);
    const asked = early.propose(put("early", "v"), { timeoutMs: 60_000 });
    const led = hosts.event(early, ({ type }) => type === "leader");
    const clusters = await hosts.startAll();
    valueOf(await asked);
    expect((await led).type).toBe("leader");
    const leaders = await Promise.all(clusters.map(async (each) => each.leader(PATIENT)));
    expect(new Set(leaders).size).toBe(1);
    await writeOnEach(clusters);
    await readOnEach(clusters);
    const [key, value] = ["once", "w"];
    const keyed = clusters.map(async (each) =>
      each.propose({ type: "append", key, value }, { idempotencyKey: "one" }),
    );
    for (const outcome of await Promise.all(keyed)) valueOf(outcome);
    expect(await clusters[0].get(key)).toEqual({ type: "ok", value });
    // Larger than a part of a message.
    const large = "x".repeat(900_000);
    valueOf(await clusters[1].propose(put("large", large)));
    expect(await clusters[2].get("large")).toEqual({ type: "ok", value: large });

    const [a, b] = clusters;
    const channel = new BroadcastChannel(`${hosts.network}.tri`);
    onTestFinished(() => channel.close());
    const garbage = [new Uint8Array(0), Uint8Array.of(0xc1), new Uint8Array(1000).fill(0x93)];
    const other = Uint8Array.of(0x95, 2, 0xa3, 0x74, 0x72, 0x6f, 0, 0xa1, 0x62, 0xa1, 0x62);
    for (const address of ["hosts", "host.a", "node.n1", "host.b", "node.n2"])
      for (const bytes of [...garbage, other]) channel.postMessage({ address, bytes });
    for (const [cluster, node, host] of [
      [a, "n1", "host/a"],
      [b, "n2", "host/b"],
    ] as const) {
      const is = (to: string, why: string) => (event: ClusterEvent) =>
        event.type === "deadLetter" && event.to === to && event.reason === why;
      for (const to of [node, host])
        for (const why of ["malformed", "other cluster"]) await hosts.event(cluster, is(to, why));
    }
    expect(await b.get("once")).toEqual({ type: "ok", value });
  },
  TEST_MS,
);

test(
  "what is lost, doubled and late between hosts costs time and nothing else",
  async () => {
    const hosts = new Hosts({ lost: 17, doubled: 3, late: 7 });
    const fast = { electionTimeoutMs: 150, heartbeatMs: 25 };
    const clusters = await Promise.all(
      ["a", "b", "c"].map(async (host) => hosts.start(host, fast)),
    );
    const written = clusters.map(async (each, at) => each.propose(put(`k${at}`, "v")));
    for (const outcome of await Promise.all(written)) valueOf(outcome);
    const read = clusters.map(async (each, at) => each.get(`k${(at + 1) % 3}`));
    expect(await Promise.all(read)).toEqual(clusters.map(() => ({ type: "ok", value: "v" })));
    const letters = clusters.flatMap(({ deadLetters }) => [...deadLetters.keys()]);
    expect(letters.some((key) => key.endsWith(": repeated"))).toBe(true);
  },
  TEST_MS,
);

test(
  "each host changes the members and the leader, whichever host has them",
  async () => {
    const peers: Peers = { cluster: "tri", hosts: { ...PEERS.hosts, d: [] } };
    const hosts = new Hosts();
    const [a, b, c] = await Promise.all(
      ["a", "b", "c"].map((name) => hosts.start(name, { peers })),
    );
    // A host without nodes finds the others, and is a client of theirs.
    const d = await hosts.start("d", { peers });
    if (a === undefined || b === undefined || c === undefined)
      throw new Error("three have started");
    valueOf(await d.propose(put("x", "1")));
    expect(d.nodeIds).toEqual([]);

    // The lead: asked for on a host that has neither node.
    for (const node of ["n1", "n2", "n3"]) {
      expect(await d.transfer(node, PATIENT)).toBe(node);
      expect((await d.members(PATIENT)).leader).toBe(node);
    }

    // A node of another host is replaced by one of this host. Its host ends it, and keeps nothing of it.
    await d.addNode("n4", { replaces: "n3", ...PATIENT });
    expect(d.nodeIds).toEqual(["n4"]);
    expect(c.nodeIds).toEqual([]);
    expect(existsSync(join(hosts.folder, "c", "n3"))).toBe(false);

    // A learner of one host is promoted by another one, and the number of its disk is new to all.
    await c.addNode("n5", { as: "learner", ...PATIENT });
    await a.promote("n5", PATIENT);
    const { members } = await b.members(PATIENT);
    const shown = members.map(({ id, role, uid }) => `${id} ${role} ${uid}`).sort();
    expect(shown).toEqual(["n1 voter 0", "n2 voter 0", "n4 voter 1", "n5 voter 2"]);

    // A wiped disk comes back under a new number. Of two at once one at least is refused: the others would be no majority.
    await b.removeNode("n5", PATIENT);
    await b.converged(PATIENT);
    const wiped = [a.node("n1"), b.node("n2")].map(async (node) => node.wipe(PATIENT));
    const ends = (await Promise.allSettled(wiped)).map(({ status }) => status);
    expect(ends).toContain("rejected");
    if (!ends.includes("fulfilled")) await a.node("n1").wipe(PATIENT);

    await b.converged(PATIENT);
    const { members: after } = await c.members(PATIENT);
    expect(after.map(({ id, role }) => `${id} ${role}`).sort()).toEqual([
      "n1 voter",
      "n2 voter",
      "n4 voter",
    ]);
    expect(after.filter(({ id }) => id !== "n4").map(({ uid }) => uid)).toContain(3);
    for (const each of [a, b, c, d])
      expect(await each.get("x")).toEqual({ type: "ok", value: "1" });

    const told = (await b.otherHosts()).map(({ host, nodes }) => [
      host,
      nodes?.map(({ id }) => id),
    ]);
    expect(told).toEqual([
      ["a", ["n1"]],
      ["c", []],
      ["d", ["n4"]],
    ]);
    const read = { consistency: "stale", node: "n4" } as const;
    expect(await a.read({ type: "get", key: "x" }, read)).toEqual({ type: "ok", value: "1" });

    // Hosts return with the nodes that they have now, whatever the peers began with.
    await d.stop();
    await c.stop();
    const again = await hosts.start("d", { peers });
    expect(again.nodeIds).toEqual(["n4"]);
    await again.converged(PATIENT);
    const client = await hosts.start("c", { peers });
    // It waits until it has heard of a node that is in no file of peers.
    await client.changeMembers({ demote: ["n4"] }, PATIENT);
    await client.changeMembers({ promote: ["n4"] }, PATIENT);
    expect(client.nodeIds).toEqual([]);
    expect(await client.get("x")).toEqual({ type: "ok", value: "1" });

    // Both find no such node, and wait for what the leader knows.
    const twice = [client.addNode("n5", PATIENT), client.addNode("n5", PATIENT)];
    const settled = await Promise.allSettled(twice);
    expect(settled.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    await expect(Promise.all(twice)).rejects.toThrow(/^there is a node n5 already/);
  },
  TEST_MS,
);

test(
  "what only another host can do is refused, in one line",
  async () => {
    const hosts = new Hosts();
    // So that it is soon reported that no node leads.
    const cluster = await hosts.start("a", { electionTimeoutMs: 50, heartbeatMs: 20 });
    expect(() => cluster.node("n2")).toThrow(/^n2 is on host b, and this is host a: do it there$/);
    expect(() => cluster.node("n9")).toThrow(/^there is no node n9: there are n1, n2, n3$/);
    await expect(cluster.transfer("n9")).rejects.toThrow(
      /^there is no node n9: there are n1, n2, n3$/,
    );
    await expect(cluster.removeNode("n9", { timeoutMs: 50 })).rejects.toThrow(
      /^removing n9: not within 50 ms, because no host is known to have n9, nor is a leader$/,
    );
    await expect(cluster.addNode("n2")).rejects.toThrow(/^there is a node n2 already, on host b$/);
    await expect(cluster.converged({ timeoutMs: 50 })).rejects.toThrow(
      /^waiting for all nodes to agree: not within 50 ms, because nothing is heard from host b$/,
    );
    expect(await cluster.otherHosts()).toEqual(
      ["b", "c"].map((host, at) => ({
        host,
        nodeIds: [`n${at + 2}`],
        nodes: undefined,
        silent: `nothing is heard from host ${host}`,
        heardAgoMs: undefined,
      })),
    );
    expect(cluster.nodeIds).toEqual(["n1"]);
    // Nothing was sent to a host that was never heard.
    expect(await cluster.propose(put("x", "1"), { timeoutMs: 200 })).toEqual({
      type: "definitelyNot",
      reason: "no leader was found before the deadline",
    });
    const alone = await hosts.event(cluster, ({ type }) => type === "noLeader");
    expect(alone).toMatchObject({ why: "nothing is heard from b, c" });
  },
  TEST_MS,
);

test(
  "a host that returns with an older copy of its folder, or without it, is refused",
  async () => {
    const hosts = new Hosts();
    const [a, b, c] = await hosts.startAll();
    await writeOnEach([a, b, c]);
    await c.stop();
    const [folder, copy] = [join(hosts.folder, "c"), join(hosts.folder, "copy")];
    cpSync(folder, copy, { recursive: true });
    const again = await hosts.start("c");
    valueOf(await again.propose(put("later", "1")));
    // The node itself has it, and has told so: by that the others see that an older copy lacks something.
    const own = { consistency: "stale", node: "n3" } as const;
    while (valueOf(await again.read({ type: "get", key: "later" }, own)) !== "1");
    await again.stop();

    rmSync(folder, { recursive: true });
    const empty = await hosts.start("c");
    expect(await hosts.failure("c", empty)).toMatch(
      /^c: the folder of n3 is an older copy, or a new one: it is in start 2, and start \d+ was seen$/,
    );
    await empty.stop();

    rmSync(folder, { recursive: true });
    cpSync(copy, folder, { recursive: true });
    const old = await hosts.start("c");
    expect(await hosts.failure("c", old)).toMatch(
      /^c: the folder of n3 is an older copy, or a new one, or two hosts have the node: start \d+ of its host was seen before$/,
    );
    await old.stop();

    // Started more often than any that was seen: what it has forgotten shows what it is.
    const oldAgain = await hosts.start("c");
    expect(await hosts.failure("c", oldAgain)).toMatch(
      /^c: the folder of n3 is an older copy, or a new one: (it is in term|its log ends at entry) \d+, and/,
    );
    valueOf(await a.propose(put("without c", "1")));
    // With a new disk it is another server, which has promised nothing.
    await oldAgain.node("n3").wipe(PATIENT);
    await oldAgain.converged(PATIENT);
    expect(await b.get("later")).toEqual({ type: "ok", value: "1" });
  },
  TEST_MS,
);

test(
  "of two processes with one node the older one ends",
  async () => {
    const hosts = new Hosts();
    const [a, b] = await Promise.all([hosts.start("a"), hosts.start("b")]);
    const copyOf = (host: string): string => {
      const copy = join(temporaryFolder(), host);
      copyLive(join(hosts.folder, host), copy);
      // The lock names this process, which has the original.
      rmSync(join(copy, "lock"), { recursive: true });
      return copy;
    };
    const early = copyOf("b");
    valueOf(await a.propose(put("x", "1")));
    // The node itself has it, and not only the leader: by that it sees that the copy lacks something.
    const own = { consistency: "stale", node: "n2" } as const;
    while (valueOf(await b.read({ type: "get", key: "x" }, own)) !== "1");
    const stale = await hosts.start("b", { dataDir: early });
    // Its twin and host a both refuse it: either may come first.
    expect(await hosts.failure("b", stale)).toMatch(
      /^b: (two processes have n2: host b runs it as well, in start 2 of its folder|the folder of n2 is an older copy)/,
    );
    await stale.stop();
    expect(await b.get("x")).toEqual({ type: "ok", value: "1" });

    // One that lacks nothing, and has started more often: the process that had the node before ends.
    const fresh = await startUntil(
      () => hosts.start("b", { dataDir: copyOf("b") }),
      (copy) => Promise.race([hosts.failure("b", b), hosts.failure("", copy)]),
      /^b: (two processes have n2: host b runs it as well, in start \d+ of its folder|.+ \d+ starts were seen$)/,
    );
    valueOf(await fresh.propose(put("x", "2")));
    expect(await a.get("x")).toEqual({ type: "ok", value: "2" });
  },
  TEST_MS,
);

test(
  "the folder of a host is not started alone",
  async () => {
    const hosts = new Hosts();
    const [a, b] = await Promise.all([hosts.start("a"), hosts.start("b")]);
    valueOf(await a.propose(put("x", "1")));
    await a.stop();
    await expect(Cluster.start({ dataDir: join(hosts.folder, "a") })).rejects.toThrow(
      /a holds nodes of the cluster tri, which has n2 on other hosts: give its host, its peers/,
    );
    const again = await hosts.start("a");
    expect(await again.get("x")).toEqual({ type: "ok", value: "1" });
    expect(await b.get("x")).toEqual({ type: "ok", value: "1" });

    await again.stop();
    const lost = openLostCluster(join(hosts.folder, "a"));
    lost.recover(nodeId("n1"));
    lost.close();
    const alone = await Cluster.start({ dataDir: join(hosts.folder, "a") });
    onTestFinished(() => alone.stop());
    expect(await alone.get("x")).toEqual({ type: "ok", value: "1" });
  },
  TEST_MS,
);

test(
  "a transport that cannot be loaded is one line",
  async () => {
    const dataDir = temporaryFolder();
    const given = { host: "a", peers: PEERS, dataDir };
    const start = async (module: string): Promise<unknown> =>
      Cluster.start({ ...given, transport: { module } });
    await expect(start("file:///missing.js")).rejects.toThrow(
      /^n1 cannot start: the supervisor's thread has ended: transport file:\/\/\/missing.js does not exist/,
    );
    await expect(start("data:text/javascript,export default 1")).rejects.toThrow(
      /^n1 cannot start: the supervisor's thread has ended: transport .* has 1 as its default export/,
    );
  },
  TEST_MS,
);
