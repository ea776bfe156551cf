import type { NodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import { HostedNode } from "../../../packages/nats/src/engine/hosted-node.ts";
import { FakeHosts, running, shortEvent } from "../support/fake-hosts.ts";

/** A node, the hosts that were started for it, and what it has reported. */
async function started() {
  const hosts = new FakeHosts();
  const events: string[] = [];
  const node = new HostedNode({
    id: "n1" as NodeId,
    isFirst: true,
    options: { dataDir: "h1" },
    startHost: hosts.start,
    onEvent: (event) => events.push(shortEvent(event)),
    onStatus: () => {},
  });
  await node.start();
  hosts.log.length = 0;
  return { node, hosts, events };
}

test("a crash is a killed process, and a start is another one with the same folder", async () => {
  const { node, hosts, events } = await started();
  await node.crash();
  expect(node.status().life).toEqual({ type: "stopped" });
  await node.stop();
  await node.start();
  expect(hosts.log).toEqual(["n1 kill", "n1 start", 'n1 disturb {"disturbance":{}}']);
  expect(hosts.started.map(({ options }) => options)).toEqual([
    { dataDir: "h1" },
    { dataDir: "h1" },
  ]);
  expect(events).toEqual(["n1 crashed (asked): its process was killed", "n1 stopped"]);
  expect(node.status()).toEqual(running("n1"));
});

test("until a killed process is gone nothing uses its folder", async () => {
  const { node, hosts, events } = await started();
  let die = (): void => {};
  hosts.dies = () => new Promise((resolve) => (die = () => resolve(undefined)));
  const crashed = node.crash();
  const stopped = node.stop();
  const back = node.start();
  await Promise.resolve();
  expect([hosts.log, events, node.isDown]).toEqual([["n1 kill"], [], false]);
  die();
  await Promise.all([crashed, stopped, back]);
  expect(hosts.log.slice(0, 2)).toEqual(["n1 kill", "n1 start"]);
  expect(node.status()).toEqual(running("n1"));
});

test("a process that had ended by itself before it was killed is a crash that nothing asked for", async () => {
  const { node, hosts, events } = await started();
  hosts.dies = () => Promise.resolve("exit code 1: out of memory");
  await node.crash();
  expect(events).toEqual([
    "n1 crashed: its process ended: exit code 1: out of memory",
    "n1 failed: exit code 1: out of memory",
  ]);
  await node.stop();
  expect(node.status().life).toEqual({ type: "stopped" });
});

test("a pause is SIGSTOP, its end SIGCONT; meanwhile nothing is asked of it", async () => {
  const { node, hosts } = await started();
  await node.pause();
  await expect(node.digest()).rejects.toThrow("n1 is paused");
  node.resume();
  node.resume();
  await node.compact();
  expect(hosts.log).toEqual(["n1 SIGSTOP", "n1 SIGCONT", "n1 compact"]);
});

test("a paused process can be killed, and the next one is not paused", async () => {
  const { node, hosts } = await started();
  await node.pause();
  await node.crash();
  node.resume();
  await node.start();
  await node.compact();
  expect(hosts.log).toEqual([
    "n1 SIGSTOP",
    "n1 kill",
    "n1 start",
    'n1 disturb {"disturbance":{}}',
    "n1 compact",
  ]);
});

test("a process that is to stop continues first, and is killed if anything is left of it", async () => {
  const { node, hosts, events } = await started();
  await node.pause();
  await node.stop();
  expect(hosts.log).toEqual(["n1 SIGSTOP", "n1 SIGCONT", "n1 stop", "n1 kill"]);
  expect([events, node.isDown]).toEqual([["n1 stopped"], true]);
});

test("in a loss of power the host loses what it has not synced before its process is killed", async () => {
  const { node, hosts } = await started();
  await node.losePower("torn");
  expect(hosts.log).toEqual(['n1 losePower {"kept":"torn"}', "n1 kill"]);
  await expect(node.losePower("torn")).rejects.toThrow("n1 does not run");
});

test("what is wrong with its disk and its clock is wrong for its next process too", async () => {
  const { node, hosts } = await started();
  node.disturb({ isStalled: true });
  node.crashAt("inSync", "nothing");
  await node.crash();
  await node.start();
  expect(hosts.log).toEqual([
    'n1 disturb {"disturbance":{"isStalled":true}}',
    'n1 crashAt {"point":"inSync","kept":"nothing"}',
    "n1 kill",
    "n1 start",
    'n1 disturb {"disturbance":{"isStalled":true}}',
  ]);
});

test("counts of all processes add up, and late reports of a dead one are dropped", async () => {
  const { node, hosts } = await started();
  const first = hosts.last;
  first.report({ counts: { elections: 1 }, effects: { "disk.stalled": 2 } });
  first.report({ counts: { elections: 3 }, effects: { "disk.stalled": 2 } });
  await node.crash();
  await node.start();
  first.report({ counts: { elections: 100 } });
  hosts.last.report({ counts: { elections: 4 } });
  expect([node.counts.total.elections, node.effects.total["disk.stalled"]]).toEqual([7, 2]);
});

test("a process that ends by itself is a crash that nothing asked for, and the node is given up", async () => {
  const { node, hosts, events } = await started();
  hosts.last.exit("exit code 1: out of memory");
  expect(events).toEqual([
    "n1 crashed: its process ended: exit code 1: out of memory",
    "n1 failed: exit code 1: out of memory",
  ]);
  expect(node.status().life).toEqual({ type: "failed", cause: "exit code 1: out of memory" });
});

test("a host that cannot start is a node that fails, and can be started later", async () => {
  const { node, hosts, events } = await started();
  await node.stop();
  hosts.whyNot = "the disk failed";
  await expect(node.start()).rejects.toThrow("the disk failed");
  expect(node.status().life).toEqual({ type: "failed", cause: "the disk failed" });
  hosts.whyNot = undefined;
  await node.start();
  expect(node.status().life).toEqual({ type: "running" });
  expect(events).toEqual(["n1 stopped", "n1 failed: the disk failed"]);
});

test("a node that its supervisor has given up gets a new process", async () => {
  const { node, hosts } = await started();
  await expect(node.start()).rejects.toThrow("n1 runs already");
  hosts.last.report({ status: { ...running("n1"), life: { type: "failed", cause: "refused" } } });
  await node.start();
  expect(hosts.log).toEqual(["n1 kill", "n1 start", 'n1 disturb {"disturbance":{}}']);
});
