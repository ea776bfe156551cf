import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Peers } from "@kontiki/actors";
import { connect } from "@nats-io/transport-node";
import { expect, onTestFinished, test } from "vitest";
import { Clients } from "../support/clients.ts";
import { HostProcess, leadingHost, type HostEvent } from "../support/host-process.ts";
import { startNatsServer } from "../support/nats-server.ts";
import { Proxy } from "../support/proxy.ts";

const PEERS: Peers = { cluster: "tri", hosts: { a: ["n1"], b: ["n2"], c: ["n3"] } };
const NAMES = Object.keys(PEERS.hosts);

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "kontiki-hosts-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function transportIs(connected: boolean): (event: HostEvent) => boolean {
  return (event) => event.type === "transport" && event.connected === connected;
}

test("nothing acknowledged is lost while the server is stopped and slow, and the leader is cut off and killed", async () => {
  const server = await startNatsServer();
  const root = folder();
  const links = new Map(NAMES.map((name) => [name, new Proxy(server.port)]));
  const urls = new Map<string, string>();
  for (const [name, link] of links) urls.set(name, await link.listen());
  const start = (host: string): HostProcess =>
    new HostProcess({
      servers: urls.get(host) ?? "",
      host,
      peers: PEERS,
      dataDir: join(root, host),
      electionTimeoutMs: 200,
      heartbeatMs: 40,
    });
  const hosts = new Map(NAMES.map((name) => [name, start(name)]));
  const host = (name: string): HostProcess => hosts.get(name) as HostProcess;
  await Promise.all(NAMES.map(async (name) => host(name).up()));
  const clients = new Clients(new Map(NAMES.map((name) => [name, () => host(name)])));
  await clients.served(NAMES, 5);

  // A server that is stopped is a partition of all hosts from each other.
  const before = NAMES.map((name) => host(name).events.length);
  await server.stop();
  for (const [at, name] of NAMES.entries()) await host(name).event(transportIs(false), before[at]);
  await server.start();
  for (const [at, name] of NAMES.entries()) await host(name).event(transportIs(true), before[at]);
  await clients.served(NAMES, 5);

  for (const link of links.values()) link.slow(15);
  await clients.served(NAMES, 2);
  for (const link of links.values()) link.heal();

  const cut = leadingHost(PEERS, hosts);
  const others = NAMES.filter((name) => name !== cut);
  links.get(cut)?.cut();
  await clients.served(others, 5);
  links.get(cut)?.heal();
  await clients.served([cut], 3);

  const killed = leadingHost(PEERS, hosts);
  await host(killed).kill();
  await clients.served(
    NAMES.filter((name) => name !== killed),
    5,
  );
  hosts.set(killed, start(killed));
  await host(killed).up();
  await clients.served(NAMES, 3);

  expect(await clients.verdict()).toBe("valid");
}, 180_000);

test("garbage on every subject is counted and dropped", async () => {
  const server = await startNatsServer();
  const root = folder();
  const peers: Peers = { cluster: "duo", hosts: { a: ["n1"], b: ["n2"] } };
  const [a, b] = ["a", "b"].map(
    (host) => new HostProcess({ servers: server.url, host, peers, dataDir: join(root, host) }),
  ) as [HostProcess, HostProcess];
  await Promise.all([a.up(), b.up()]);
  expect(await a.ask({ f: "put", key: "x", value: "1", timeoutMs: 60_000 })).toEqual({
    type: "ok",
    value: null,
  });

  const stranger = await connect({ servers: server.url });
  onTestFinished(() => stranger.close());
  // What the hosts say to each other, said again to each subject: late, doubled, and where it does not belong.
  const heard: Uint8Array[] = [];
  stranger.subscribe("kontiki.cluster.duo.>", {
    callback: (_, { data }) => void heard.push(data.slice()),
  });
  await stranger.flush();
  expect(await b.ask({ f: "get", key: "x", timeoutMs: 60_000 })).toEqual({
    type: "ok",
    value: "1",
  });
  await stranger.flush();
  const copies = heard.slice(0, 200);
  const subjects = ["hosts", "host.a", "host.b", "node.n1", "node.n2"];
  for (const subject of subjects)
    for (const bytes of [new Uint8Array(0), new Uint8Array(5000).fill(0xdd), ...copies]) {
      const broken = bytes.slice(0, -1);
      for (const each of [bytes, broken, bytes.map((byte, at) => (at === 9 ? ~byte : byte))])
        stranger.publish(`kontiki.cluster.duo.${subject}`, each);
    }
  await stranger.flush();
  for (const [host, node, own] of [
    [a, "n1", "host/a"],
    [b, "n2", "host/b"],
  ] as const)
    for (const to of [node, own])
      await host.event(
        (event) => event.type === "deadLetter" && event.to === to && event.reason === "malformed",
      );
  expect(await b.ask({ f: "append", key: "x", value: "2", timeoutMs: 60_000 })).toMatchObject({
    type: "ok",
  });
  expect(await a.ask({ f: "get", key: "x", timeoutMs: 60_000 })).toEqual({
    type: "ok",
    value: "12",
  });
});
