import {
  appendFileSync,
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { Cluster, type ClusterEvent } from "@kontiki/actors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  allPairs,
  commonLog,
  nextEvent,
  PATIENT,
  put,
  start,
  temporaryFolder,
  valueOf,
} from "./support/clusters.ts";

const KEYS = Array.from({ length: 20 }, (_, at) => `k${at}`);

const made = mkdtempSync(join(tmpdir(), "kontiki-test-"));
afterAll(() => rmSync(made, { recursive: true, force: true }));
beforeAll(async () => {
  const cluster = await Cluster.start({ nodes: 3, dataDir: made });
  for (const key of KEYS) valueOf(await cluster.propose(put(key, key), PATIENT));
  await cluster.converged(PATIENT);
  await cluster.stop();
});

/** A copy of the data directory of a stopped cluster that holds all keys, each written by itself. */
function filled(): string {
  const dataDir = temporaryFolder();
  cpSync(made, dataDir, { recursive: true });
  return dataDir;
}

function segmentOf(dataDir: string, node: string): string {
  return join(dataDir, node, "0000000001.wal");
}

/** Changes bytes of a file in place, and gives a function that puts them back. */
function patch(path: string, at: number, change: (bytes: Buffer) => Buffer): () => void {
  const before = Buffer.alloc(32);
  const file = openSync(path, "r+");
  readSync(file, before, 0, 32, at);
  writeSync(file, change(Buffer.from(before)), 0, 32, at);
  closeSync(file);
  return () => {
    const again = openSync(path, "r+");
    writeSync(again, before, 0, 32, at);
    closeSync(again);
  };
}

/** Flips a bit in the body of the first batch. */
function damage(path: string): void {
  patch(path, 90, (bytes) => {
    bytes.writeUInt8(bytes.readUInt8() ^ 1);
    return bytes;
  });
}

/** All of it is there: in each node, and for whoever asks. */
async function expectAll(cluster: Cluster): Promise<void> {
  expect(await allPairs(cluster)).toEqual(new Map(KEYS.map((key) => [key, key])));
  await commonLog(cluster);
}

/** The next word that something is wrong with a node, and the next that it is over. */
function repair(cluster: Cluster, node: string): Promise<readonly ClusterEvent[]> {
  return Promise.all([
    nextEvent(cluster, "trouble", (event) => event.node === node),
    nextEvent(cluster, "repaired", (event) => event.node === node),
  ]);
}

const FOUND =
  /^the log is damaged: .*0000000001\.wal, byte 52: bad bytes, followed by an intact batch at \d+/;

describe("damage in the middle of a log (FAST '18; pitfall 23)", () => {
  test("found at the start of a cluster is reported, and repaired by the leader", async () => {
    const dataDir = filled();
    damage(segmentOf(dataDir, "n2"));
    const events: ClusterEvent[] = [];
    const cluster = await start({ dataDir, onEvent: (event) => events.push(event) });
    await expectAll(cluster);
    const told = events.filter(({ type }) => type === "trouble" || type === "repaired");
    expect(told).toEqual([
      { type: "trouble", node: "n2", what: expect.stringMatching(FOUND) as string },
      { type: "repaired", node: "n2" },
    ]);
    expect(cluster.node("n2").status()).toMatchObject({ trouble: undefined });
  });

  test("found when a node is started again, or recovers from a crash, is repaired too", async () => {
    const dataDir = filled();
    const cluster = await start({ dataDir });
    await cluster.node("n1").stop();
    damage(segmentOf(dataDir, "n1"));
    const first = repair(cluster, "n1");
    await cluster.node("n1").start();
    await first;
    await cluster.converged(PATIENT);
    await cluster.node("n3").stop();
    damage(segmentOf(dataDir, "n3"));
    await cluster.node("n3").start();
    await cluster.node("n3").crash();
    await expectAll(cluster);
  });

  test("stays repaired", async () => {
    const dataDir = filled();
    damage(segmentOf(dataDir, "n2"));
    const cluster = await start({ dataDir });
    await cluster.converged(PATIENT);
    await cluster.stop();
    const events: ClusterEvent[] = [];
    await expectAll(await start({ dataDir, onEvent: (event) => events.push(event) }));
    expect(events.filter(({ type }) => type === "trouble")).toEqual([]);
  });
});

describe("a log", () => {
  test("that a newer version wrote is refused, and not changed", async () => {
    const dataDir = filled();
    const undo = patch(segmentOf(dataDir, "n1"), 0, (bytes) => {
      bytes.writeUInt32LE(9, 8);
      bytes.writeUInt32LE(crc32(bytes.subarray(8, 32)), 4);
      return bytes;
    });
    const cluster = await start({ dataDir });
    expect(cluster.node("n1").status().life).toEqual({
      type: "failed",
      cause: expect.stringMatching(
        /has format 9 and this version reads format 4: use the version of Kontiki that wrote it, or a later one$/,
      ) as string,
    });
    undo();
    await cluster.node("n1").start();
    await expectAll(cluster);
  });

  test("whose last write was cut short loses nothing that was promised", async () => {
    const dataDir = filled();
    appendFileSync(segmentOf(dataDir, "n1"), Buffer.alloc(99, "KTKB"));
    await expectAll(await start({ dataDir }));
  });
});
