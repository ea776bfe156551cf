import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Peers } from "@kontiki/actors";
import { expect, onTestFinished, test } from "vitest";
import { Clients } from "../support/clients.ts";
import { HostProcess, leadingHost } from "../support/host-process.ts";
import { Namespaces } from "../support/namespaces.ts";

const PEERS: Peers = { cluster: "tri", hosts: { a: ["n1"], b: ["n2"], c: ["n3"] } };
const NAMES = Object.keys(PEERS.hosts);

/** How often the links of some host are cut. */
const CUTS = Number(process.env["KONTIKI_CUTS"] ?? 6);

test("nothing acknowledged is lost while links between machines are cut, each with its own server", async () => {
  const root = mkdtempSync(join(tmpdir(), "kontiki-hosts-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const spaces = new Namespaces(NAMES);
  await Promise.all(NAMES.map(async (name) => spaces.startServer(name)));
  const hosts = new Map(
    NAMES.map((name) => {
      const dataDir = join(root, name);
      const servers = "nats://127.0.0.1:4222";
      const times = { electionTimeoutMs: 200, heartbeatMs: 40 };
      const options = { servers, host: name, peers: PEERS, dataDir, ...times };
      return [name, new HostProcess(options, spaces.enter(name))];
    }),
  );
  await Promise.all([...hosts.values()].map(async (host) => host.up()));
  const clients = new Clients(
    new Map([...hosts].map(([name, host]) => [name, (): HostProcess => host])),
  );
  await clients.served(NAMES, 5);
  for (let round = 0; round < CUTS; round += 1) {
    // The leader's machine, and each of the others, by turns.
    const cut = round % 2 === 0 ? leadingHost(PEERS, hosts) : (NAMES[(round >> 1) % 3] ?? "a");
    spaces.cut(cut);
    await clients.served(
      NAMES.filter((name) => name !== cut),
      10,
    );
    spaces.heal(cut);
    await clients.served([cut], 5);
  }
  expect(await clients.verdict()).toBe("valid");
}, 600_000);
