import { cpSync, rmSync } from "node:fs";
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
  "hosts elect one leader, and clients on each of them reach it",
  async () => {
    const hosts = new Hosts();
    const clusters = await hosts.startAll();
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
  "what needs all nodes or other members is refused, in one line",
  async () => {
    const hosts = new Hosts();
    const cluster = await hosts.start("a");
    const fixed =
      "a cluster with nodes on several hosts keeps the members of its peers: no node can be added, removed or wiped";
    await expect(cluster.addNode("n4")).rejects.toThrow(fixed);
    await expect(cluster.removeNode("n1")).rejects.toThrow(fixed);
    await expect(cluster.node("n1").wipe()).rejects.toThrow(fixed);
    await expect(cluster.converged()).rejects.toThrow(
      /^Cluster.converged compares all nodes, and some/,
    );
    expect(cluster.nodeIds).toEqual(["n1"]);
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
      /^c: the folder of n3 is an older copy, or a new one: its host has started 2 times, and \d+ starts were seen$/,
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
    await oldAgain.stop();
    valueOf(await a.propose(put("without c", "1")));
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

test(
  "nothing of another cluster is taken, nor anything malformed, and both are counted",
  async () => {
    const hosts = new Hosts();
    const [a, b] = await Promise.all([hosts.start("a"), hosts.start("b")]);
    valueOf(await a.propose(put("x", "1")));
    const channel = new BroadcastChannel(`${hosts.network}.tri`);
    onTestFinished(() => channel.close());
    const garbage = [new Uint8Array(0), Uint8Array.of(0xc1), new Uint8Array(1000).fill(0x93)];
    const other = Uint8Array.of(0x95, 1, 0xa3, 0x74, 0x72, 0x6f, 0, 0xa1, 0x62, 0xa1, 0x62);
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
    expect(await b.get("x")).toEqual({ type: "ok", value: "1" });
  },
  TEST_MS,
);
