import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterEvent } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import {
  allPairs,
  commonLog,
  machine,
  nextEvent,
  PATIENT,
  put,
  start,
  temporaryFolder,
  valueOf,
} from "./support/clusters.ts";

/** A data directory of a stopped cluster that holds one key. */
async function filled(): Promise<string> {
  const dataDir = temporaryFolder();
  const cluster = await start({ nodes: 3, dataDir });
  for (let count = 0; count < 20; count += 1) valueOf(await cluster.propose(put("k", "v")));
  await cluster.converged(PATIENT);
  await cluster.stop();
  return dataDir;
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(path, bytes);
}

const PROMISED = "and with it what the node promised";

test("a node that crashes at each start does not keep the others from starting", async () => {
  const crashes: ClusterEvent[] = [];
  const cluster = await start<unknown, unknown>({
    stateMachine: machine("dies-on-n2.mjs"),
    restartIntensity: { crashes: 1_000_000 },
    onEvent: (event) => void (event.type === "crashed" && crashes.push(event)),
  });
  const lives = cluster.status().map(({ id, life }) => [id, life.type]);
  expect(lives.filter(([id]) => id !== "n2")).toEqual([
    ["n1", "running"],
    ["n3", "running"],
  ]);
  expect(crashes.length).toBeGreaterThanOrEqual(3);
  expect(crashes).toMatchObject(crashes.map(() => ({ type: "crashed", node: "n2" })));
  expect(await cluster.propose({ kind: "hello" }, PATIENT)).toMatchObject({ type: "ok" });
});

describe("one bad node does not stop the others, and is wiped to bring it back", () => {
  test.each<[string, (folder: string) => void, RegExp]>([
    [
      "a lost folder",
      (folder) => rmSync(folder, { recursive: true }),
      new RegExp(`^the folder .*n2 is lost, ${PROMISED}$`),
    ],
    [
      "a flipped bit in node.json",
      (folder) => flip(join(folder, "node.json"), 20),
      /n2.node\.json is damaged$/,
    ],
    [
      "a lost log",
      (folder) => {
        for (const name of readdirSync(folder))
          if (!name.endsWith(".json")) rmSync(join(folder, name));
      },
      /^.*the log/,
    ],
  ])("%s", async (_title, spoil, cause) => {
    const dataDir = await filled();
    spoil(join(dataDir, "n2"));
    const events: ClusterEvent[] = [];
    const cluster = await start({ dataDir, onEvent: (event) => events.push(event) });
    const told = expect.stringMatching(cause) as string;
    expect(cluster.node("n2").status().life).toEqual({ type: "failed", cause: told });
    expect(events.filter(({ type }) => type === "failed")).toMatchObject([
      { type: "failed", node: "n2", cause: told },
    ]);
    valueOf(await cluster.propose(put("l", "w")));
    await expect(cluster.node("n2").start()).rejects.toThrow(/^n2 cannot start: /);
    await cluster.converged(PATIENT);
    await cluster.node("n2").wipe(PATIENT);
    expect(await allPairs(cluster)).toEqual(new Map(Object.entries({ k: "v", l: "w" })));
    await commonLog(cluster);
    expect(cluster.node("n2").status()).toMatchObject({ life: { type: "running" }, uid: 1 });
  });

  test("a lost cluster.json is restored, and that is reported", async () => {
    const dataDir = await filled();
    rmSync(join(dataDir, "cluster.json"));
    const events: ClusterEvent[] = [];
    const cluster = await start({ dataDir, onEvent: (event) => events.push(event) });
    expect(events[0]).toEqual({
      type: "directoryRepaired",
      what: `${join(dataDir, "cluster.json")} was lost and is restored from the folder of n1`,
    });
    expect(await allPairs(cluster)).toEqual(new Map([["k", "v"]]));
  });
});

describe("with a bad majority", () => {
  test("the last node runs, and the cluster says who is missing and what can be done", async () => {
    const dataDir = await filled();
    for (const node of ["n2", "n3"]) rmSync(join(dataDir, node), { recursive: true });
    const cluster = await start({ dataDir });
    const missing =
      "no quorum can come: 1 of 3 voters runs, and 2 must (n2 has failed, n3 has failed)";
    expect(await nextEvent(cluster, "noLeader")).toEqual({
      type: "noLeader",
      forMs: expect.any(Number) as number,
      why: `${missing}: repair what made them fail and start them, or continue with what is left: kontiki recover ${dataDir}`,
    });
    expect(cluster.whyNoLeader()).toBe(missing);
    await expect(cluster.leader({ timeoutMs: 10 })).rejects.toThrow(
      `waiting for a leader: not within 10 ms, because ${missing}`,
    );
    const stale = { consistency: "stale", node: "n1" } as const;
    const read = await cluster.read({ type: "get", key: "nothing" }, stale);
    expect(read).toEqual({ type: "ok", value: null });
  });
});

describe("an entry that no disk has intact", () => {
  test("is named, with the nodes where it is damaged and the way out", async () => {
    const dataDir = await filled();
    const at = damageFirstEntry(dataDir);
    const cluster = await start({ dataDir });
    const why = (text: string): boolean => text.includes("no disk has it intact");
    const { why: told } = await nextEvent(cluster, "noLeader", (event) => why(event.why));
    expect(told).toBe(
      `entry ${at} is damaged on n1, n2 and n3, and no disk has it intact; it may have been committed: ` +
        `stop, and combine what is left: kontiki recover ${dataDir} --merge`,
    );
    const { condition, raft } = cluster.node("n1").status();
    expect([condition, raft?.lacks?.from]).toEqual(["repairing", at]);
    await expect(cluster.leader({ timeoutMs: 10 })).rejects.toThrow(
      new RegExp(`because entry ${at} is damaged on n1, n2 and n3`),
    );
  });
});

/** Damages each log from its first batch on, but for its end, and returns the index of the first entry. */
function damageFirstEntry(dataDir: string): number {
  for (const node of ["n1", "n2", "n3"]) {
    const path = join(dataDir, node, "0000000001.wal");
    for (let at = 60; at < readFileSync(path).length - 200; at += 40) flip(path, at);
  }
  return 1;
}
