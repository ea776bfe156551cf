/**
 * How long crashes are felt, and where the time goes:
 * `pnpm bench:recovery [--entries N] [--puts N] [--snapshots] [--rounds N] [--outstanding N] [--data DIR]`.
 *
 * Three nodes with logs on disk and all settings as by default, except that no snapshot is taken, so that a restart has as many
 * entries to read as are asked for; with `--snapshots` they are taken as by default too. Each entry has up to `--puts` puts.
 * Then in rounds:
 *
 * - a follower is killed: from that order until its thread has read its log, and until it has applied all entries that
 *   were committed when it was back;
 * - the leader is killed under load: from that order to the first acknowledgement by the next one of a put that was proposed
 *   after it;
 * - the same with the nodes' steps listened to, which costs some time: until the supervisor has seen the end of the thread and
 *   told the others, until one of them stands, leads, and has committed, and until its first acknowledgement.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Cluster } from "../../packages/actors/dist/index.js";

const { values } = parseArgs({
  options: {
    entries: { type: "string", default: "100000" },
    puts: { type: "string", default: "8" },
    snapshots: { type: "boolean", default: false },
    rounds: { type: "string", default: "20" },
    outstanding: { type: "string", default: "64" },
    data: { type: "string", default: tmpdir() },
  },
});
const [entries, puts, rounds, outstanding] = [
  values.entries,
  values.puts,
  values.rounds,
  values.outstanding,
].map(Number);
/** How many puts are acknowledged between two crashes. */
const CALM_PUTS = 2000;
/** How often a node's status is looked at, in ms. */
const LOOK_MS = 1;
/** In this time the threads notice that their steps are listened to, and send the last of them, in ms. */
const LISTEN_MS = 200;

/** Milliseconds since 1970 by a monotonic clock, as steps have them. */
const now = () => performance.timeOrigin + performance.now();

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
      const at = now();
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
  await Promise.all(Array.from({ length: puts }, slot));
  return next;
}

function lastIndex(cluster) {
  return Math.max(...cluster.status().map(({ raft }) => raft?.last ?? 0));
}

async function failover(cluster, onKill = async () => {}) {
  const load = new Load(cluster, outstanding);
  await load.acknowledged(0, CALM_PUTS);
  const leader = await cluster.leader();
  await onKill(leader);
  const killed = now();
  // What the dead has answered comes before the next leader's report.
  const elected = eventOf(cluster, ({ type, node }) => type === "leader" && node !== leader);
  const crashed = cluster.node(leader).crash();
  await elected;
  await load.acknowledged(killed);
  const acked = now();
  await crashed;
  await load.stop();
  await cluster.converged({ timeoutMs: 60_000 });
  return { killed, acked };
}

/** A failover in parts: when each of them was over, in ms after the order. */
async function failoverInParts(cluster) {
  const steps = [];
  const onStep = (step) => steps.push(step);
  let dead;
  const { killed, acked } = await failover(cluster, async (leader) => {
    dead = leader;
    subscribe("kontiki:step", onStep);
    await sleep(LISTEN_MS);
  });
  await sleep(LISTEN_MS);
  unsubscribe("kontiki:step", onStep);
  const after = steps.filter(({ at, node }) => at > killed && node !== dead);
  const firstAt = (is) => Math.min(...after.filter(is).map(({ at }) => at)) - killed;
  const won = after.find(({ role }) => role === "leader");
  const isWon = (step) => step.node === won?.node && step.term === won.term;
  return [
    ["obituary", firstAt(({ event }) => event === "peerDown")],
    ["a follower stands", firstAt(({ event }) => event === "electionTimeout")],
    ["it is promised votes", firstAt((step) => step.role === "candidate" && isWon(step))],
    ["it leads", firstAt((step) => step.role === "leader" && isWon(step))],
    ["it has committed", firstAt((step) => isWon(step) && step.commit > won.commit)],
    ["acknowledged", acked - killed],
  ];
}

async function restart(cluster) {
  const leader = await cluster.leader();
  const node = cluster.nodeIds.find((id) => id !== leader);
  let ended = NaN;
  const events = eventOf(cluster, (event) => {
    if (event.type === "crashed" && event.node === node) ended = now();
    return event.type === "started" && event.node === node;
  });
  const killed = now();
  await cluster.node(node).crash();
  await events;
  const up = now();
  const { commit } = cluster.status().find(({ id }) => id === leader).raft;
  while (!(cluster.status().find(({ id }) => id === node).raft?.applied >= commit))
    await sleep(LOOK_MS);
  const applied = now();
  await cluster.converged({ timeoutMs: 60_000 });
  return { ended: ended - killed, up: up - killed, applied: applied - killed };
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
  const cells = [at(0), at(0.5), at(0.9), at(1)].map((ms) => ms.toFixed(1).padStart(9));
  console.log(`${name.padEnd(48)}${cells.join("")}`);
}

async function times(measure) {
  const all = [];
  for (let round = 0; round < rounds; round += 1) all.push(await measure());
  return all;
}

const dataDir = mkdtempSync(join(values.data, "kontiki-recovery-"));
const cluster = await Cluster.start({
  nodes: 3,
  dataDir,
  ...(values.snapshots ? {} : { snapshotEntries: 1e9, snapshotBytes: 1e12 }),
});
try {
  const filled = await fill(cluster);
  await cluster.converged({ timeoutMs: 60_000 });
  const title = `${lastIndex(cluster)} entries, ${filled} puts, ${rounds} rounds, ms`;
  const columns = ["least", "median", "90 %", "most"].map((name) => name.padStart(9)).join("");
  console.log(`${title.padEnd(48)}${columns}`);
  const restarts = await times(() => restart(cluster));
  for (const [name, part] of [
    ["a follower: its thread has ended", "ended"],
    ["a follower: thread up, log read", "up"],
    ["a follower: all applied", "applied"],
  ])
    show(
      name,
      restarts.map((each) => each[part]),
    );
  const failovers = await times(() => failover(cluster));
  show(
    `the leader, ${outstanding} puts in flight: acknowledged`,
    failovers.map(({ killed, acked }) => acked - killed),
  );
  const parts = await times(() => failoverInParts(cluster));
  for (const [at, [name]] of parts[0].entries())
    show(
      `  listened to: ${name}`,
      parts.map((each) => each[at][1]),
    );
} finally {
  await cluster.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
