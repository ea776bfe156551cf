import { FAULT_TYPES, factsOf } from "../../../packages/testing/src/scenario/faults/table.ts";
import { StateMachineError, type RaftStatus } from "@kontiki/actors";
import { expect, test } from "vitest";
import { HostsCluster } from "../../../packages/nats/src/engine/hosts-cluster.ts";
import type { HostOrder } from "../../../packages/nats/src/engine/host-protocol.ts";
import { NOT_ON_HOSTS } from "../../../packages/nats/src/engine/not-on-hosts.ts";
import { peersOf } from "../../../packages/nats/src/engine/open-clusters.ts";
import { FakeHosts, running, shortEvent } from "../support/fake-hosts.ts";

const AGREED = { term: 2, leader: "n2", last: 5, commit: 5, applied: 5 } as Partial<RaftStatus>;

/** A cluster of three hosts without processes, led by n2. */
async function started(answer: (node: string, order: HostOrder) => unknown = () => undefined) {
  const hosts = new FakeHosts();
  hosts.answer = answer;
  const events: string[] = [];
  const ended: string[] = [];
  const cluster = await HostsCluster.start({
    peers: peersOf("c", 3),
    common: { electionTimeoutMs: 100 },
    dataDir: "data",
    startHost: hosts.start,
    startClient: async () => ({
      propose: async (command) => ({ type: "ok", value: command }),
      read: async () => ({ type: "ok", value: "read" }),
      stop: async () => void ended.push("client"),
    }),
    onEvent: (event) => void events.push(shortEvent(event)),
    onEnd: async () => void ended.push("all"),
  });
  for (const [at, host] of hosts.started.entries()) {
    const role = at === 1 ? "leader" : "follower";
    host.report({ status: running(`n${at + 1}`, { ...AGREED, role }) });
  }
  hosts.log.length = 0;
  return { cluster, hosts, events, ended };
}

test("each host gets the options of the cluster, its name and its folder", async () => {
  const { hosts } = await started();
  const peers = peersOf("c", 3);
  expect(hosts.started.map(({ options }) => options)).toEqual(
    ["h1", "h2", "h3"].map((host) => ({
      electionTimeoutMs: 100,
      peers,
      host,
      dataDir: `data/${host}`,
    })),
  );
});

test("the lead is transferred by the host that has it", async () => {
  const { cluster, hosts } = await started(() => "n3");
  expect(await cluster.transfer("n3", { timeoutMs: 1000 })).toBe("n3");
  expect(hosts.log).toEqual(['n2 transfer {"to":"n3","timeoutMs":1000}']);
});

test("members are known when a node leads, and that is waited for", async () => {
  const { cluster, hosts } = await started();
  hosts.started[1]?.report({ status: running("n2", { ...AGREED, role: "candidate" }) });
  const members = cluster.members({ timeoutMs: 10_000 });
  hosts.started[0]?.report({ status: running("n1", { ...AGREED, role: "leader" }) });
  expect(await members).toMatchObject({ leader: "n1", committed: true });
  hosts.started[0]?.report({ status: running("n1", { ...AGREED, role: "follower" }) });
  await expect(cluster.members({ timeoutMs: 1 })).rejects.toThrow("there was none in time");
});

test("clients ask the cluster's own client", async () => {
  const { cluster } = await started();
  expect(await cluster.propose(1)).toEqual({ type: "ok", value: 1 });
  expect(await cluster.read(1)).toEqual({ type: "ok", value: "read" });
});

test("nodes agree when all have applied the whole log and have the same state", async () => {
  const { cluster, hosts } = await started(() => ({ applied: 5, sha256: "5e" }));
  await cluster.converged({ timeoutMs: 10_000 });
  const behind = { ...AGREED, applied: 4 } as Partial<RaftStatus>;
  hosts.started[0]?.report({ status: running("n1", behind) });
  const agreed = cluster.converged({ timeoutMs: 10_000 });
  hosts.started[0]?.report({ status: running("n1", AGREED) });
  await agreed;
  hosts.started[0]?.report({ status: running("n1", behind) });
  await expect(cluster.converged({ timeoutMs: 1 })).rejects.toThrow("they did not in 1 ms");
});

test("nodes that have applied the same entries and have other states are a violation", async () => {
  const { cluster, events } = await started((node) => ({ applied: 5, sha256: node }));
  await expect(cluster.converged({ timeoutMs: 10_000 })).rejects.toThrow(StateMachineError);
  expect(events).toEqual([" diverged"]);
});

test("a node that is given up need not agree; too few others cannot", async () => {
  const { cluster, hosts } = await started(() => ({ applied: 5, sha256: "5e" }));
  const given = { type: "failed", cause: "refused" } as const;
  hosts.started[0]?.report({ status: { ...running("n1"), life: given } });
  await cluster.converged({ timeoutMs: 10_000 });
  hosts.started[2]?.report({ status: { ...running("n3"), life: given } });
  const why = "too few nodes are left that are neither stopped nor given up";
  await expect(cluster.converged({ timeoutMs: 10_000 })).rejects.toThrow(why);
});

test("what changes members cannot be done, and all else can", async () => {
  const { cluster } = await started();
  const not = FAULT_TYPES.filter((type) => cluster.whyNot(type) !== undefined);
  expect(not).toEqual(FAULT_TYPES.filter((type) => factsOf(type).threads === "operator"));
  expect(not).toEqual(FAULT_TYPES.filter((type) => Object.hasOwn(NOT_ON_HOSTS, type)));
  await expect(cluster.addNode("n4")).rejects.toThrow(
    "add is not possible: the engine has a process for each",
  );
  const { members } = await cluster.members();
  expect(members.map(({ id }) => id)).toEqual(["n1", "n2", "n3"]);
});

test("a cluster that stops ends its client and all processes, also if one cannot start", async () => {
  const { cluster, hosts, ended } = await started();
  await cluster.stop();
  expect(ended).toEqual(["client", "all"]);
  expect(hosts.log.toSorted()).toEqual(
    ["n1", "n2", "n3"].flatMap((node) => [`${node} kill`, `${node} stop`]),
  );
});
