/**
 * What hosts cost: `pnpm bench:hosts [--seconds N] [--outstanding 1,64] [--data DIR]`.
 *
 * Durable puts of 100 bytes, with one and with many in flight, on
 *
 * - three nodes in one process;
 * - three processes with a node each, whose mail travels over a server of NATS on the loopback. The client is in the
 *   process of a node that follows, and in that of the leader;
 * - three processes of etcd, if `etcd` is in PATH (Debian: `apt-get install etcd-server`), by its HTTP API with as many
 *   connections as puts in flight, at a member that follows and at the leader.
 *
 * All are asked in the same way: 1,000 keys, as many puts in flight, each sent when another one was acknowledged, and all of them sync
 * each write to the disk of `--data`, which should be a real one. What runs in the first second is not counted.
 *
 * Prints a table for docs: puts a second, and the median and the 99th percentile of their latencies.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Cluster } from "../../packages/actors/dist/index.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    outstanding: { type: "string", default: "1,64" },
    data: { type: "string", default: tmpdir() },
  },
});
const SECONDS = Number(values.seconds);

/** What runs in this time, in ms, is not counted. */
const WARM_UP_MS = 1000;
const OUTSTANDING = values.outstanding.split(",").map(Number);
const VALUE = "x".repeat(100);
const PEERS = { cluster: "bench", hosts: { a: ["n1"], b: ["n2"], c: ["n3"] } };
const HOST = fileURLToPath(new URL("../nats/support/host.mjs", import.meta.url));
const folder = mkdtempSync(join(values.data, "kontiki-bench-"));
const started = [];

/** Puts until the time is over, with so many in flight. `put(n)` resolves when it is acknowledged, with `false` if not. */
async function measure(name, outstanding, put) {
  const from = performance.now() + WARM_UP_MS;
  const end = from + SECONDS * 1000;
  const latencies = [];
  let [number, failed] = [0, 0];
  const slot = async () => {
    while (performance.now() < end) {
      const began = performance.now();
      number += 1;
      const isDone = await put(number);
      if (began < from) continue;
      if (isDone) latencies.push(performance.now() - began);
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: outstanding }, slot));
  const tookMs = performance.now() - from;
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.floor(latencies.length * share)]?.toFixed(2) ?? "-";
  const rate = Math.round((latencies.length / tookMs) * 1000).toLocaleString("en");
  const what = failed === 0 ? name : `${name} (${failed} failed)`;
  row(what, String(outstanding), rate, at(0.5), at(0.99));
}

/** Prints a row of the table. */
function row(what, ...figures) {
  const cells = figures.map((figure) => figure.padStart(12));
  console.log(`| ${[what.padEnd(36), ...cells].join(" | ")} |`);
}

async function benchOneProcess() {
  const cluster = await Cluster.start({ nodes: 3, dataDir: join(folder, "one"), checks: false });
  await cluster.leader();
  for (const outstanding of OUTSTANDING)
    await measure("kontiki, one process", outstanding, async (n) => {
      const outcome = await cluster.propose({ type: "put", key: `k${n % 1000}`, value: VALUE });
      return outcome.type === "ok";
    });
  await cluster.stop();
}

function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], ...options });
  child.stdin?.on("error", () => {});
  started.push(child);
  return child;
}

/** A host of a cluster, which this program asks by lines of JSON. */
class Host {
  #child;
  #answers = new Map();
  #asked = 0;
  leader;
  isUp;

  constructor(name, servers) {
    const options = {
      host: name,
      peers: PEERS,
      servers,
      dataDir: join(folder, name),
      checks: false,
    };
    this.#child = start(process.execPath, [HOST, JSON.stringify(options)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.isUp = new Promise((resolve) => {
      createInterface({ input: this.#child.stdout }).on("line", (line) => {
        const { event, id, answer } = JSON.parse(line);
        if (event?.type === "up") resolve();
        if (event?.type === "leader") this.leader = event.node;
        this.#answers.get(id)?.(answer);
        this.#answers.delete(id);
      });
    });
  }

  async ask(asked) {
    this.#asked += 1;
    const id = this.#asked;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    this.#child.stdin.write(`${JSON.stringify({ id, ...asked })}\n`);
    return answer;
  }
}

async function benchHosts() {
  const port = await freePort();
  const server = start(programNamed("nats-server"), ["-a", "127.0.0.1", "-p", String(port)]);
  await ready(server.stderr, "Server is ready");
  const hosts = Object.keys(PEERS.hosts).map((name) => new Host(name, `nats://127.0.0.1:${port}`));
  await Promise.all(hosts.map((host) => host.isUp));
  const put = (host) => async (n) => {
    const asked = { f: "put", key: `k${n % 1000}`, value: VALUE, timeoutMs: 10_000 };
    return (await host.ask(asked)).type === "ok";
  };
  await put(hosts[0])(0);
  const led = hosts.findIndex(({ leader }, at) => leader === `n${at + 1}`);
  const ways = [
    ["kontiki, three hosts, at the leader", hosts[led]],
    ["kontiki, three hosts, at a follower", hosts[(led + 1) % 3]],
  ];
  for (const [name, host] of ways)
    for (const outstanding of OUTSTANDING) await measure(name, outstanding, put(host));
  await Promise.all(hosts.map((host) => host.ask({ f: "stop" })));
}

async function benchEtcd() {
  const program = programNamed("etcd");
  if (program === undefined) return console.error("etcd is not in PATH: it was not measured");
  const ports = await Promise.all(Array.from({ length: 6 }, freePort));
  const url = (at) => `http://127.0.0.1:${ports[at]}`;
  const all = [0, 1, 2].map((at) => `m${at}=${url(at + 3)}`).join();
  for (const at of [0, 1, 2]) {
    const data = ["--name", `m${at}`, "--data-dir", join(folder, `etcd-${at}`)];
    const clients = ["--listen-client-urls", url(at), "--advertise-client-urls", url(at)];
    const own = url(at + 3);
    const peers = ["--listen-peer-urls", own, "--initial-advertise-peer-urls", own];
    start(program, [...data, ...clients, ...peers, "--initial-cluster", all], { stdio: "ignore" });
  }
  const agent = new Agent({ keepAlive: true });
  const base64 = (text) => Buffer.from(text).toString("base64");
  /** The content of an answer; undefined for any other than a success. */
  const ask = (at, path, content) =>
    new Promise((resolve) => {
      const sent = request(`${url(at)}${path}`, { agent, method: "POST" }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (some) => (text += some));
        response.on("end", () => resolve(response.statusCode === 200 ? text : undefined));
      });
      sent.on("error", () => resolve(undefined));
      sent.end(JSON.stringify(content));
    });
  const put = (at) => async (n) => {
    const content = { key: base64(`k${n % 1000}`), value: base64(VALUE) };
    return (await ask(at, "/v3/kv/put", content)) !== undefined;
  };
  while (!(await put(0)(0))) await new Promise((resolve) => setTimeout(resolve, 50));
  const statuses = await Promise.all(
    [0, 1, 2].map(async (at) => JSON.parse((await ask(at, "/v3/maintenance/status", {})) ?? "{}")),
  );
  const led = statuses.findIndex(({ header, leader }) => header?.member_id === leader);
  const ways = [
    ["etcd, by HTTP, at the leader", led],
    ["etcd, by HTTP, at a follower", (led + 1) % 3],
  ];
  for (const [name, at] of ways)
    for (const outstanding of OUTSTANDING) await measure(name, outstanding, put(at));
  agent.destroy();
}

async function ready(stream, text) {
  for await (const line of createInterface({ input: stream }))
    if (line.includes(text)) return void stream.resume();
  throw new Error(`it ended before "${text}"`);
}

function programNamed(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((each) => join(each, name)).find((path) => existsSync(path));
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

try {
  row("three nodes", "puts at once", "puts/s", "median ms", "p99 ms");
  console.log(`| ${"-".repeat(36)} |${` ${"-".repeat(11)}: |`.repeat(4)}`);
  await benchOneProcess();
  await benchHosts();
  await benchEtcd();
} finally {
  for (const child of started.filter(({ exitCode }) => exitCode === null)) {
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }
  rmSync(folder, { recursive: true, force: true });
}
