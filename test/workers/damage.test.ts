import { appendFileSync, closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { type Cluster } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import {
  allPairs,
  commonLog,
  nextEvent,
  put,
  start,
  temporaryFolder,
  valueOf,
} from "./support/clusters.ts";

const KEYS = Array.from({ length: 20 }, (_, at) => `k${at}`);

/** A data directory of a stopped cluster that holds all keys, each written by itself. */
async function filled(): Promise<string> {
  const dataDir = temporaryFolder();
  const cluster = await start({ nodes: 3, dataDir });
  for (const key of KEYS) valueOf(await cluster.propose(put(key, key)));
  await cluster.converged();
  await cluster.stop();
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

/** Flips a bit in the body of the first batch. Gives a function that flips it back. */
function damage(path: string): () => void {
  return patch(path, 64, (bytes) => {
    bytes.writeUInt8(bytes.readUInt8() ^ 1);
    return bytes;
  });
}

/** All of it is there: in each node, and for whoever asks. */
async function expectAll(cluster: Cluster): Promise<void> {
  expect(await allPairs(cluster)).toEqual(new Map(KEYS.map((key) => [key, key])));
  await commonLog(cluster);
}

describe("damage in the middle of a log", () => {
  test("fails the start of the cluster; undone, nothing is lost", async () => {
    const dataDir = await filled();
    const segment = segmentOf(dataDir, "n2");
    const undo = damage(segment);
    const damaged = readFileSync(segment);
    await expect(start({ dataDir })).rejects.toThrow(
      /^n2 cannot start: the log is damaged: .*0000000001\.wal, byte 32: bad bytes with a whole batch behind them at \d+\. [^\n]*$/,
    );
    expect(readFileSync(segment)).toEqual(damaged);
    undo();
    await expectAll(await start({ dataDir }));
  });

  test("fails the node at once, without a restart; undone, it can be started", async () => {
    const dataDir = await filled();
    const cluster = await start({ dataDir });
    const node = cluster.node("n1");
    await node.stop();
    const undo = damage(segmentOf(dataDir, "n1"));
    const failed = nextEvent(cluster, "failed");
    await expect(node.start()).rejects.toThrow(/^n1 cannot start: the log is damaged: /);
    expect(await failed).toMatchObject({ node: "n1", incarnation: 2 });
    expect(node.status()).toMatchObject({ life: { type: "failed" }, incarnation: 2, restarts: 0 });
    expect(await cluster.get("k0")).toEqual({ type: "ok", value: "k0" });
    undo();
    await node.start();
    await expectAll(cluster);
  });

  test("met by a restart after a crash fails the node too", async () => {
    const dataDir = await filled();
    const cluster = await start({ dataDir });
    const failed = nextEvent(cluster, "failed");
    const undo = damage(segmentOf(dataDir, "n3"));
    await cluster.node("n3").crash();
    expect((await failed).cause).toMatch("the log is damaged");
    undo();
    await cluster.node("n3").start();
    await expectAll(cluster);
  });
});

describe("a log", () => {
  test("that a newer version wrote is refused, and left as it is", async () => {
    const dataDir = await filled();
    const undo = patch(segmentOf(dataDir, "n1"), 0, (bytes) => {
      bytes.writeUInt32LE(2, 8);
      bytes.writeUInt32LE(crc32(bytes.subarray(8, 32)), 4);
      return bytes;
    });
    await expect(start({ dataDir })).rejects.toThrow(
      /^n1 cannot start: .* has format 2 and this version reads format 1: use the version of Kontiki that wrote it, or a later one$/,
    );
    undo();
    await expectAll(await start({ dataDir }));
  });

  test("whose last write was cut short loses nothing that was promised", async () => {
    const dataDir = await filled();
    appendFileSync(segmentOf(dataDir, "n1"), Buffer.alloc(99, "KTKB"));
    await expectAll(await start({ dataDir }));
  });
});
