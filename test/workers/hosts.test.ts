import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster, type ClusterOptions, type Peers } from "@kontiki/actors";
import { expect, onTestFinished, test } from "vitest";
import type { Wrong } from "./support/broadcast-transport.ts";

const PEERS: Peers = { cluster: "tri", hosts: { a: ["n1"], b: ["n2"], c: ["n3"] } };

const MODULE = new URL("./support/broadcast-transport.ts", import.meta.url).href;

let networks = 0;

class Hosts {
  readonly #folder = mkdtempSync(join(tmpdir(), "kontiki-hosts-"));
  readonly #options: Wrong;
  readonly running = new Map<string, Cluster>();

  constructor(wrong: Partial<Wrong> = {}) {
    networks += 1;
    this.#options = { network: `net-${networks}`, lost: 0, doubled: 0, late: 0, ...wrong };
    onTestFinished(async () => {
      await Promise.all([...this.running.values()].map((cluster) => cluster.stop()));
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  folderOf(host: string): string {
    return join(this.#folder, host);
  }

  async start(host: string, options: ClusterOptions = {}): Promise<Cluster> {
    const transport = { module: MODULE, options: this.#options };
    const dataDir = this.folderOf(host);
    const cluster = await Cluster.start({ peers: PEERS, host, transport, dataDir, ...options });
    this.running.set(host, cluster);
    return cluster;
  }
}

test("three hosts elect one leader, and clients on each of them reach it", async () => {
  const t0=performance.now(); const at=(x:string)=>console.log(x, Math.round(performance.now()-t0));
  const hosts = new Hosts();
  const [a, b, c] = await Promise.all(["a", "b", "c"].map(async (host) => hosts.start(host, {onEvent: (e)=>at(host+JSON.stringify(e))})));
  at("started");
  const leaders = await Promise.all([a, b, c].map(async (each) => each?.leader()));
  at("leader");
  expect(new Set(leaders).size).toBe(1);
  for (const [at, each] of [a, b, c].entries())
    expect(await each?.propose({ type: "put", key: `k${at}`, value: "v" })).toEqual({ type: "ok", value: null });
  at("proposed");
  for (const each of [a, b, c]) for (const at of [0, 1, 2])
    expect(await each?.get(`k${at}`)).toEqual({ type: "ok", value: "v" });
  at("read");
});
