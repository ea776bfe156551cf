/**
 * How long crashes are felt: `pnpm bench:recovery [--entries N] [--rounds N] [--outstanding N] [--data DIR]`.
 *
 * Three nodes with logs on disk and all settings as by default, except that no snapshot is taken until there are as many
 * entries as are asked for, so that a restart has all of them to read. Then in rounds:
 *
 * - the leader is killed under load: from that order to the first acknowledgement of a put that was proposed after it;
 * - a follower is killed: from that order until its thread has read its log, and until it has applied all entries that
 *   were committed when it was back.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Cluster } from "../../packages/actors/dist/index.js";

const { values } = parseArgs({
  options: {
    entries: { type: "string", default: "100000" },
    rounds: { type: "string", default: "20" },
    outstanding: { type: "string", default: "64" },
    data: { type: "string", default: tmpdir() },
  },
});
const [entries, rounds, outstanding] = [values.entries, values.rounds, values.outstanding].map(
  Number,
);
/** How many puts are acknowledged between two crashes. */
const CALM_PUTS = 2000;

class Load {
  #cluster;
  #stopped = false;
  #slots;
  #number = 0;
  /** Called with each acknowledged put: when it was proposed. */
  onAck = () => {};

  constructor(cluster, slots) {
    this.#cluster = cluster;
    this.#slots = Promise.all(Array.from({ length: slots }, () => this.#slot()));
  }

  async stop() {
    this.#stopped = true;
    await this.#slots;
  }

  /** Resolves at the first acknowledgement of a put that was proposed after `since`. */
  acknowledged(since, count = 1) {
    return new Promise((resolve) => {
      let left = count;
      this.onAck = (proposedAt) => {
        if (proposedAt > since && --left === 0) resolve();
      };
    });
  }

  async #slot() {
    while (!this.#stopped) {
      const at = performance.now();
      const key = `key/${this.#number++ % 5000}`;
      const { type } = await this.#cluster.propose({ type: "put", key, value: "x".repeat(100) });
      if (type === "ok") this.onAck(at);
    }
  }
}

/** Puts that wait together become one entry, so it counts entries. */
async function fill(cluster) {
  let next = 0;
  const slot = async () => {
    while (lastIndex(cluster) < entries) {
      const key = `key/${next++ % 5000}`;
      const { type } = await cluster.propose({ type: "put", key, value: "x".repeat(100) });
      if (type !== "ok") throw new Error(type);
    }
  };
  await Promise.all(Array.from({ length: 8 }, slot));
}

function lastIndex(cluster) {
  return Math.max(...cluster.status().map(({ raft }) => raft?.last ?? 0));
}

async function failover(cluster) {
  const load = new Load(cluster, outstanding);
  await load.acknowledged(0, CALM_PUTS);
  const leader = await cluster.leader();
  const killed = performance.now();
  const crashed = cluster.node(leader).crash();
  await load.acknowledged(killed);
  const ms = performance.now() - killed;
  await crashed;
  await load.stop();
  await cluster.converged({ timeoutMs: 60_000 });
  return ms;
}

async function restart(cluster) {
  const leader = await cluster.leader();
  const node = cluster.nodeIds.find((id) => id !== leader);
  const started = eventOf(cluster, (event) => event.type === "started" && event.node === node);
  const killed = performance.now();
  await cluster.node(node).crash();
  await started;
  const up = performance.now() - killed;
  await cluster.converged({ timeoutMs: 60_000 });
  return { up, caughtUp: performance.now() - killed };
}

/** Resolves at the first such event. Events that come in one turn are all looked at. */
function eventOf(cluster, is) {
  return new Promise((resolve) => {
    const onEvent = (event) => {
      if (!is(event)) return;
      cluster.events.off("event", onEvent);
      resolve();
    };
    cluster.events.on("event", onEvent);
  });
}

function show(name, times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  const cells = [at(0), at(0.5), at(0.9), at(1)].map((ms) => ms.toFixed(0).padStart(8));
  console.log(`${name.padEnd(44)}${cells.join("")}`);
}

const dataDir = mkdtempSync(join(values.data, "kontiki-recovery-"));
const cluster = await Cluster.start({
  nodes: 3,
  dataDir,
  snapshotEntries: 1e9,
  snapshotBytes: 1e12,
});
try {
  await fill(cluster);
  await cluster.converged({ timeoutMs: 60_000 });
  const filled = lastIndex(cluster);
  const restarts = [];
  for (let round = 0; round < rounds; round += 1) restarts.push(await restart(cluster));
  const failovers = [];
  for (let round = 0; round < rounds; round += 1) failovers.push(await failover(cluster));
  const title = `${filled} entries, ${rounds} rounds, ms`;
  console.log(
    `${title.padEnd(44)}${["least", "median", "90 %", "most"].map((name) => name.padStart(8)).join("")}`,
  );
  show(
    "a follower: thread up, log read",
    restarts.map(({ up }) => up),
  );
  show(
    "a follower: caught up",
    restarts.map(({ caughtUp }) => caughtUp),
  );
  show(`the leader, ${outstanding} puts in flight: next ack`, failovers);
} finally {
  await cluster.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
