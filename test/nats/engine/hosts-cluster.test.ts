import { KontikiError, type ClusterEvent, type Members } from "@kontiki/actors";
import { nodeId } from "@kontiki/core";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HostsCluster, type HostsClient } from "../../../packages/nats/src/engine/hosts-cluster.ts";
import type { HostOrder } from "../../../packages/nats/src/engine/host-protocol.ts";
import { peersOf } from "../../../packages/nats/src/engine/open-clusters.ts";
import { temporaryDirectory } from "../../cli/support/kontiki.ts";
import { FakeHosts, running, shortEvent } from "../support/fake-hosts.ts";

/** Who the members are, and whether the log keeps them so. */
type Standing = { committed: boolean; ids: readonly string[] };

/** A cluster of three hosts without processes, and what its client is asked. */
async function started() {
  const hosts = new FakeHosts();
  const dataDir = temporaryDirectory();
  const events: string[] = [];
  const asked: string[] = [];
  const relayed: string[] = [];
  const standing: Standing = { committed: true, ids: ["n1", "n2", "n3"] };
  const ends: { next: (signal: AbortSignal) => Promise<void> } = { next: async () => {} };
  let tell: (event: ClusterEvent) => void = () => {};
  const ask =
    (name: string) =>
    async (...given: readonly unknown[]): Promise<void> => {
      const named = given.filter((each) => each !== undefined && !isSignal(each));
      asked.push([name, ...named.map((each) => JSON.stringify(each))].join(" "));
      const options = given.find(isSignal) as { signal: AbortSignal } | undefined;
      await ends.next(options?.signal ?? new AbortController().signal);
    };
  const client: HostsClient = {
    propose: async (command) => ({ type: "ok", value: command }),
    read: async () => ({ type: "ok", value: "read" }),
    members: async () => membersOf(standing),
    transfer: async (to) => nodeId(to ?? "n2"),
    promote: ask("promote"),
    removeNode: ask("remove"),
    changeMembers: ask("change"),
    converged: ask("converged"),
    stop: ask("stop"),
  };
  const cluster = await HostsCluster.start({
    peers: peersOf("c", 3),
    common: { electionTimeoutMs: 100 },
    dataDir,
    startHost: (node, options, listener) => {
      mkdirSync(join(dataDir, options.host ?? ""), { recursive: true });
      return hosts.start(node, options, listener);
    },
    relay: {
      add: (host, node) => void relayed.push(`${host} has ${node}`),
      remove: (host) => void relayed.push(`${host} is gone`),
    },
    startClient: async (onEvent) => {
      tell = onEvent;
      return client;
    },
    onEvent: (event) => void events.push(shortEvent(event)),
    onEnd: async () => void asked.push("end"),
  });
  hosts.log.length = 0;
  const folders = (): readonly string[] => readdirSync(dataDir).toSorted();
  const told = (event: ClusterEvent): void => tell(event);
  return { cluster, hosts, events, asked, relayed, standing, ends, told, dataDir, folders };
}

function isSignal(given: unknown): boolean {
  return typeof given === "object" && given !== null && "signal" in given;
}

function onAbort(signal: AbortSignal, reject: (reason: unknown) => void): void {
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener("abort", () => reject(signal.reason));
}

function membersOf({ committed, ids }: Standing): Members {
  const members = ids.map((id) => ({ id: nodeId(id), role: "voter" as const, uid: 0 }));
  return { leader: nodeId("n1"), index: 0 as Members["index"], committed, members };
}

/** Gives hosts their new nodes when they are ordered to add them. */
function comes(hosts: FakeHosts): void {
  hosts.answer = (node: string, { type }: HostOrder) => {
    if (type === "add" || type === "change") hosts.last.report({ status: running(node) });
  };
}

test("each host gets the options of the cluster, its name and its folder", async () => {
  const { hosts, dataDir } = await started();
  const peers = peersOf("c", 3);
  expect(hosts.started.map(({ options }) => options)).toEqual(
    ["h1", "h2", "h3"].map((host) => ({
      electionTimeoutMs: 100,
      peers,
      host,
      dataDir: join(dataDir, host),
    })),
  );
});

test("clients ask the cluster's own client", async () => {
  const { cluster, asked } = await started();
  expect(await cluster.propose(1)).toEqual({ type: "ok", value: 1 });
  expect(await cluster.read(1)).toEqual({ type: "ok", value: "read" });
  expect(await cluster.transfer("n3")).toBe("n3");
  expect((await cluster.members()).members.map(({ id }) => id)).toEqual(["n1", "n2", "n3"]);
  await cluster.converged({ timeoutMs: 5 });
  await cluster.promote("n2");
  expect(asked).toEqual(["converged", 'promote "n2" {}']);
});

test("a node that is given up need not agree; too few others cannot", async () => {
  const { cluster, hosts, ends } = await started();
  const given = { type: "failed", cause: "refused" } as const;
  hosts.started[0]?.report({ status: { ...running("n1"), life: given } });
  await cluster.converged({ timeoutMs: 10_000 });
  ends.next = (signal) => new Promise((_, reject) => onAbort(signal, reject));
  const why = "too few nodes are left that are neither stopped nor given up";
  const later = cluster.converged({ timeoutMs: 10_000 });
  hosts.started[2]?.report({ status: { ...running("n3"), life: given } });
  await expect(later).rejects.toThrow(why);
  await expect(cluster.converged({ timeoutMs: 10_000 })).rejects.toThrow(why);
});

test("memberships and states that differ are told by the client, all else by hosts", async () => {
  const { events, told } = await started();
  const { leader: node, index } = membersOf({ committed: true, ids: [] });
  const membership = { voters: [], outgoing: [], learners: [], learnersNext: [], promotions: [] };
  const whole = { ...membership, uids: {}, lastUid: 0 };
  told({ type: "membership", node, index, membership: whole, committed: true });
  told({ type: "leader", node, term: 2 as never });
  expect(events).toEqual(["n1 membership"]);
});

test("a new node comes on a host of its own, whose peers are the first ones and itself", async () => {
  const { cluster, hosts, relayed, dataDir } = await started();
  comes(hosts);
  await cluster.addNode("n4", { as: "learner", timeoutMs: 7 });
  const { cluster: id, hosts: first } = peersOf("c", 3);
  expect(hosts.last.options).toEqual({
    electionTimeoutMs: 100,
    peers: { cluster: id, hosts: { ...first, h5: [] } },
    host: "h5",
    dataDir: join(dataDir, "h5"),
  });
  expect(hosts.log).toEqual([
    "n4 start",
    'n4 disturb {"disturbance":{}}',
    'n4 add {"as":"learner","timeoutMs":7}',
  ]);
  expect(relayed).toEqual(["h5 has n4"]);
  expect(cluster.nodeIds).toEqual(["n1", "n2", "n3", "n4"]);
  await expect(cluster.addNode("n4")).rejects.toThrow("there is a node n4 already");
});

test("nothing is left of a host whose node was not added, and all of one whose node may have been", async () => {
  const { cluster, hosts, relayed, folders } = await started();
  const refuse = (why: string) => {
    throw new KontikiError(why);
  };
  hosts.answer = (_, { type }) => (type === "add" ? refuse("not added") : undefined);
  await expect(cluster.addNode("n4")).rejects.toThrow("not added");
  expect(cluster.nodeIds).toEqual(["n1", "n2", "n3"]);
  expect(() => cluster.node("n4")).toThrow("there is no node n4: there are n1, n2, n3");
  expect([relayed, folders()]).toEqual([
    ["h5 has n4", "h5 is gone"],
    ["h1", "h2", "h3"],
  ]);
  hosts.answer = (node, { type }) => {
    if (type !== "add") return;
    hosts.last.report({ status: running(node) });
    refuse("it may have joined");
  };
  await expect(cluster.addNode("n5")).rejects.toThrow("it may have joined");
  expect(cluster.nodeIds).toEqual(["n1", "n2", "n3", "n5"]);
});

test("a node that is removed or replaced loses its process and its folder", async () => {
  const { cluster, hosts, events, asked, folders } = await started();
  comes(hosts);
  await cluster.removeNode("n3");
  await cluster.addNode("n4", { replaces: "n2" });
  expect(asked).toEqual(['remove "n3" {}']);
  expect(hosts.log).toEqual([
    "n3 stop",
    "n3 kill",
    "n4 start",
    'n4 disturb {"disturbance":{}}',
    'n4 add {"replaces":"n2","timeoutMs":30000}',
    "n2 stop",
    "n2 kill",
  ]);
  expect(events).toEqual(["n3 stopped", "n2 stopped"]);
  expect([cluster.nodeIds, folders()]).toEqual([
    ["n1", "n4"],
    ["h1", "h5"],
  ]);
  await expect(cluster.removeNode("n3")).rejects.toThrow("there is no node n3");
});

test("a host that does not answer is ended only when its node has certainly left", async () => {
  const { cluster, standing, ends } = await started();
  ends.next = async () => {
    throw new KontikiError("its host has not removed its folder");
  };
  await expect(cluster.removeNode("n3")).rejects.toThrow("its host has not");
  Object.assign(standing, { ids: ["n1", "n2"], committed: false });
  await expect(cluster.removeNode("n3")).rejects.toThrow("its host has not");
  expect(cluster.nodeIds).toEqual(["n1", "n2", "n3"]);
  standing.committed = true;
  await cluster.removeNode("n3");
  expect(cluster.nodeIds).toEqual(["n1", "n2"]);
});

test("a change that is aborted is not waited for", async () => {
  const { cluster, hosts, ends } = await started();
  const over = new AbortController();
  ends.next = () => new Promise(() => {});
  let refuse: (why: Error) => void = () => {};
  hosts.answer = (_, { type }) => {
    if (type === "abort") refuse(new KontikiError("aborted there"));
    return type === "add" ? new Promise((_resolve, reject) => (refuse = reject)) : undefined;
  };
  const ordered = new Promise<void>((resolve) => {
    hosts.onOrder = ({ type }) => void (type === "add" && resolve());
  });
  const changes = [
    cluster.removeNode("n3", { signal: over.signal }),
    cluster.addNode("n4", { signal: over.signal }),
  ];
  await ordered;
  over.abort(new KontikiError("it is over"));
  const settled = await Promise.allSettled(changes);
  expect(settled.map((each) => (each.status === "rejected" ? String(each.reason) : ""))).toEqual([
    "KontikiError: it is over",
    "KontikiError: aborted there",
  ]);
  expect(cluster.nodeIds).toEqual(["n1", "n2", "n3"]);
});

test("of several new nodes the last one comes with the change, and the others before as learners", async () => {
  const { cluster, hosts, asked } = await started();
  comes(hosts);
  await cluster.changeMembers({ add: ["n4", "n5"], remove: ["n1"], demote: ["n2"] });
  const change = { remove: ["n1"], demote: ["n2"], promote: ["n4"], add: ["n5"] };
  expect(hosts.log.filter((line) => !/ (start|disturb)/.test(line))).toEqual([
    'n4 add {"as":"learner","timeoutMs":30000}',
    `n5 change ${JSON.stringify({ change, timeoutMs: 30_000 })}`,
    "n1 stop",
    "n1 kill",
  ]);
  await cluster.changeMembers({ promote: ["n2"], remove: ["n3"] });
  expect(asked).toEqual(['change {"remove":["n3"],"promote":["n2"]} {}']);
  expect(cluster.nodeIds).toEqual(["n2", "n4", "n5"]);
});

test("a disk is wiped by its host, which is started for that if it is down", async () => {
  const { cluster, hosts } = await started();
  await cluster.node("n1").pause();
  await cluster.node("n1").wipe();
  await cluster.node("n2").crash();
  await cluster.node("n2").wipe({ timeoutMs: 5 });
  expect(hosts.log).toEqual([
    "n1 SIGSTOP",
    "n1 SIGCONT",
    'n1 wipe {"timeoutMs":30000}',
    "n2 kill",
    "n2 start",
    'n2 disturb {"disturbance":{}}',
    'n2 wipe {"timeoutMs":5}',
  ]);
});

test("a cluster that stops ends its client and all processes, also if one cannot start", async () => {
  const { cluster, hosts, asked } = await started();
  await cluster.stop();
  expect(asked).toEqual(["stop", "end"]);
  expect(hosts.log.toSorted()).toEqual(
    ["n1", "n2", "n3"].flatMap((node) => [`${node} kill`, `${node} stop`]),
  );
});
