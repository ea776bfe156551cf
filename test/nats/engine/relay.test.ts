import type { Envelope, MailCarrier } from "@kontiki/actors";
import type { NodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import { clientTimes, peersOf } from "../../../packages/nats/src/engine/open-clusters.ts";
import { Relay } from "../../../packages/nats/src/engine/relay.ts";
import { receivedBy, sentBy } from "../../../packages/nats/src/engine/subjects.ts";

const PEERS = peersOf("c", 3);

/** What a relay publishes, as the receiving host, the address and the bytes, and what passes the network. */
function relayOver(network: MailCarrier) {
  const published: (readonly [string, number])[] = [];
  const carried: string[] = [];
  const relay = new Relay({
    peers: PEERS,
    network: (letter, deliver) => {
      carried.push(`${letter.from}>${letter.to}`);
      network(letter, deliver);
    },
    publish: (subject, [byte = 0]) => void published.push([subject, byte]),
  });
  const send = (host: string, address: string, byte: number): void =>
    relay.receive(`${sentBy("c", host)}.${address}`, new Uint8Array([byte]));
  return { relay, send, published, carried };
}

const AT_ONCE: MailCarrier = (letter, deliver) => deliver(letter);

function to(host: string, address: string): string {
  return `${receivedBy("c", host)}.${address}`;
}

test("each node has a host of its own, and one host has the clients", () => {
  expect(PEERS).toEqual({
    cluster: "c",
    hosts: { h1: ["n1"], h2: ["n2"], h3: ["n3"], clients: [] },
  });
});

test("letters to nodes, to hosts and to all pass the network between the nodes of both hosts", () => {
  const { send, published, carried } = relayOver(AT_ONCE);
  send("h1", "node.n2", 1);
  send("h2", "host.h3", 2);
  send("h3", "hosts", 3);
  expect(published).toEqual([
    [to("h2", "node.n2"), 1],
    [to("h3", "host.h3"), 2],
    [to("h1", "hosts"), 3],
    [to("h2", "hosts"), 3],
    [to("clients", "hosts"), 3],
  ]);
  expect(carried).toEqual(["n1>n2", "n2>n3", "n3>n1", "n3>n2"]);
});

test("in a direction that is cut nothing passes, and everything in the other", () => {
  const { send, published } = relayOver((letter, deliver) => {
    if (letter.from !== "n1" || letter.to !== "n2") deliver(letter);
  });
  for (const address of ["node.n2", "host.h2", "hosts"]) send("h1", address, 1);
  send("h2", "node.n1", 2);
  expect(published).toEqual([
    [to("h3", "hosts"), 1],
    [to("clients", "hosts"), 1],
    [to("h1", "node.n1"), 2],
  ]);
});

test("what clients send and get does not pass the network of the nodes", () => {
  const { send, published, carried } = relayOver(() => {});
  send("clients", "node.n2", 1);
  send("h2", "host.clients", 2);
  send("clients", "hosts", 3);
  expect(published).toEqual([
    [to("h2", "node.n2"), 1],
    [to("clients", "host.clients"), 2],
    [to("h1", "hosts"), 3],
    [to("h2", "hosts"), 3],
    [to("h3", "hosts"), 3],
  ]);
  expect(carried).toEqual([]);
});

test("a letter that arrives later, or twice, has its own bytes and its own address", () => {
  const kept: Envelope[] = [];
  let deliver: (letter: Envelope) => void = () => {};
  const { relay, send, published } = relayOver((letter, later) => {
    kept.push(letter, { ...letter });
    deliver = later;
  });
  const bytes = new Uint8Array([7]);
  relay.receive(`${sentBy("c", "h1")}.node.n2`, bytes);
  bytes[0] = 0;
  send("h1", "host.h3", 8);
  for (const letter of kept) deliver(letter);
  expect(published).toEqual([
    [to("h2", "node.n2"), 7],
    [to("h2", "node.n2"), 7],
    [to("h3", "host.h3"), 8],
    [to("h3", "host.h3"), 8],
  ]);
});

test("clients know all nodes when each of their hosts has answered them", async () => {
  const { relay, send } = relayOver(AT_ONCE);
  let isDone = false;
  void relay.areAllKnown.then(() => (isDone = true));
  const isKnown = async (): Promise<boolean> => {
    await Promise.resolve();
    return isDone;
  };
  for (const host of ["h1", "h2", "h3"]) send(host, "hosts", 1);
  for (const host of ["h1", "h2"]) send(host, "host.clients", 1);
  send("h3", "node.n1", 1);
  expect(await isKnown()).toBe(false);
  send("h3", "host.clients", 1);
  expect(await isKnown()).toBe(true);
});

test("a host that comes later has a node as well, until it is gone", () => {
  const { relay, send, published, carried } = relayOver(AT_ONCE);
  relay.add("h5", "n4" as NodeId);
  send("h5", "node.n1", 1);
  send("h1", "host.h5", 2);
  send("h5", "host.clients", 3);
  relay.remove("h5");
  send("h5", "node.n1", 4);
  send("h1", "host.h5", 5);
  expect(published).toEqual([
    [to("h1", "node.n1"), 1],
    [to("h5", "host.h5"), 2],
    [to("clients", "host.clients"), 3],
  ]);
  expect(carried).toEqual(["n4>n1", "n1>n4"]);
});

test("a client waits for an answer as long as nodes wait for a leader", () => {
  const given = [{ electionTimeoutMs: 300, heartbeatMs: 50 }, { electionTimeoutMs: 10 }, {}];
  expect(given.map(clientTimes)).toEqual([
    { electionTimeoutMs: 75, heartbeatMs: 37.5 },
    { electionTimeoutMs: 10, heartbeatMs: 5 },
    { electionTimeoutMs: 75, heartbeatMs: 37.5 },
  ]);
});

test("what no host of the cluster has sent is dropped", () => {
  const { relay, send, published } = relayOver(AT_ONCE);
  send("h9", "node.n1", 1);
  send("h1", "node.n9", 1);
  send("h1", "host.constructor", 1);
  relay.receive("kontiki.cluster.c.node.n1", new Uint8Array([1]));
  relay.receive(`${sentBy("d", "h1")}.node.n1`, new Uint8Array([1]));
  expect(published).toEqual([]);
});
