/** Every value, on every way that it may take between threads, disks and programs. */
import type { Cluster } from "@kontiki/actors";
import { expect, test } from "vitest";
import { difference } from "../actors/support/exact.ts";
import { CARRIED, LARGE, REFUSED } from "../actors/support/plain-values.ts";
import {
  commandsIn,
  commonLog,
  machine,
  nextEvent,
  PATIENT,
  record,
  start,
  temporaryFolder,
} from "./support/clusters.ts";

type Keeper = Cluster<unknown, unknown>;

/** One of the large ones, because all pass through the same code. */
const VALUES = [...CARRIED, ...LARGE.slice(0, 1)];

const ARRIVALS = VALUES.map(([, value, ...[arrives = value]]) => arrives);

/** What is wrong with values that should be those of the table, by their titles. */
function wrongOf(values: readonly unknown[]): string[] {
  return VALUES.flatMap(([title], at) => {
    const wrong = difference(values[at], ARRIVALS[at]);
    return wrong === undefined ? [] : [`${title}: ${wrong}`];
  });
}

async function answersOf(
  ask: (value: unknown, at: number) => ReturnType<Keeper["propose"]>,
): Promise<unknown[]> {
  const outcomes = await Promise.all(VALUES.map(([, value], at) => ask(value, at)));
  return outcomes.map((outcome) => (outcome.type === "ok" ? outcome.value : outcome));
}

/** What all nodes answer from their own state. */
async function wrongReads(cluster: Keeper): Promise<string[]> {
  const all: string[] = [];
  for (const node of cluster.nodeIds) {
    const values = await answersOf((_value, at) =>
      cluster.read([at], { node, consistency: "stale" }),
    );
    all.push(...wrongOf(values).map((wrong) => `${node}: ${wrong}`));
  }
  return all;
}

async function digestsOf(cluster: Keeper): Promise<Set<string>> {
  await cluster.converged(PATIENT);
  const all = await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).digest()));
  return new Set(all.map(({ sha256 }) => sha256));
}

test(
  "a value is the same in result, read, log, snapshot, after restarts and on new nodes",
  { timeout: PATIENT.timeoutMs },
  async () => {
    const options = { nodes: 3, dataDir: temporaryFolder(), stateMachine: machine("keeper.mjs") };
    const first = await start<unknown, unknown>(options);
    const results: unknown[] = [];
    for (const [, value] of VALUES) {
      const outcome = await first.propose(value);
      results.push(outcome.type === "ok" ? outcome.value : outcome);
    }
    expect(wrongOf(results)).toEqual([]);
    expect(await digestsOf(first)).toHaveProperty("size", 1);
    expect(await wrongReads(first)).toEqual([]);
    expect(wrongOf(commandsIn(await commonLog(first)))).toEqual([]);
    const linearizable = await answersOf((_value, at) => first.read([at]));
    expect(wrongOf(linearizable)).toEqual([]);
    await first.stop();

    const fromLogs = await start<unknown, unknown>(options);
    expect(await digestsOf(fromLogs)).toHaveProperty("size", 1);
    expect(await wrongReads(fromLogs)).toEqual([]);
    for (const id of fromLogs.nodeIds) {
      await fromLogs.node(id).snapshot(PATIENT);
      await fromLogs.node(id).compact();
    }
    await fromLogs.stop();

    const fromSnapshots = await start<unknown, unknown>(options);
    await fromSnapshots.addNode("n4", PATIENT);
    expect(await digestsOf(fromSnapshots)).toHaveProperty("size", 1);
    expect(await wrongReads(fromSnapshots)).toEqual([]);
  },
);

test("a value that is not carried is refused at once, and no part of it is in any log", async () => {
  const cluster = await start<unknown, unknown>({ nodes: 1, stateMachine: machine("keeper.mjs") });
  for (const [title, value, says] of REFUSED) {
    const proposed = await cluster.propose(value);
    const asked = await cluster.read(value);
    const [of = "", about = ""] = ["command", "question"].map((name) =>
      says.replace(/\bit\b/, name),
    );
    expect([title, proposed.type, asked.type]).toEqual([title, "definitelyNot", "definitelyNot"]);
    expect(proposed).toHaveProperty("reason", expect.stringContaining(of));
    expect(asked).toHaveProperty("reason", expect.stringContaining(about));
  }
  await cluster.propose("last");
  expect(commandsIn(await commonLog(cluster))).toEqual(["last"]);
});

test("a snapshot that is not plain data ends the node with the reason, and it is not restarted", async () => {
  const cluster = await start<unknown, unknown>({
    nodes: 1,
    stateMachine:
      "data:text/javascript,export default () => ({ apply: () => 1, snapshot: () => ({ of: [new Map()] }), restore() {} })",
    snapshotEntries: 4,
  });
  const events = record(cluster);
  const says =
    "the state machine gave a snapshot that cannot be kept: snapshot.of[0] is a Map, " +
    "which is not plain data: use an array of its entries";
  await cluster.propose(1);
  await expect(cluster.node("n1").digest()).rejects.toThrow(says);
  const failed = nextEvent(cluster, "failed");
  await Promise.all([cluster.propose(2), failed]);
  expect(await cluster.propose(3)).toMatchObject({ reason: `all nodes have failed (n1: ${says})` });
  expect(events.filter(({ type }) => type === "failed" || type === "crashed")).toEqual([
    { type: "failed", node: "n1", incarnation: 1, cause: says },
  ]);
});
