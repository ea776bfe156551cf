/** Directories that are refused: the reason says what to do, and nothing in them changes. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  DataDirectoryError,
  openDataDirectory,
} from "../../../packages/actors/src/directory/data-directory.ts";
import { DiskError } from "../../../packages/actors/src/storage/disk/disk.ts";
import { PROCESSES } from "../../../packages/actors/src/directory/processes.ts";
import type { SystemCalls } from "../../../packages/actors/src/storage/disk/system-calls.ts";
import { systemError, temporaryFolder, watchedCalls } from "../support/storage/disks.ts";
import { made, N2, NODES, QUICK, refusal } from "../support/data-directories.ts";

const COPY = "restore the whole data directory from one copy taken while the cluster was stopped";

/** Removes the copies of `cluster.json` in the folders of nodes, as if an earlier version had made the directory. */
function forgetCopies(path: string): void {
  for (const node of NODES) rmSync(join(path, node, "cluster.json"));
}

/** A cluster file that is valid except for these fields. */
function clusterJson(wrong: object): string {
  const right = { format: 2, cluster: "x", voters: ["n1", "n2"], nodes: { n1: 0 }, lastUid: 5 };
  return JSON.stringify({ ...right, ...wrong });
}

describe("what is rejected and left unchanged", () => {
  test("a folder that holds something else", () => {
    const path = temporaryFolder();
    writeFileSync(join(path, "thesis.txt"), "");
    expect(refusal(path)).toBe(
      `${path} is not empty and holds no cluster (there is "thesis.txt"): choose a new or an empty folder`,
    );
    expect(readdirSync(path)).toEqual(["thesis.txt"]);
  });

  test("a file, and a path inside one", () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "");
    for (const name of [path, join(path, "data")]) {
      expect(refusal(name)).toBe(`${name} is not a folder: choose a new or an empty folder`);
    }
  });

  test.each([
    ["damaged JSON", "{"],
    ["an invalid node id", clusterJson({ nodes: { "N 1": 0 } })],
    ["a list of nodes", clusterJson({ nodes: ["n1"] })],
    ["no nodes", clusterJson({ nodes: {} })],
    ["no uid", clusterJson({ nodes: { n1: "0" } })],
    ["a uid that was never assigned", clusterJson({ nodes: { n1: 6 } })],
    ["one uid for two nodes", clusterJson({ nodes: { n1: 5, n2: 5 } })],
    ["uid 0 for a node that was added later", clusterJson({ nodes: { n4: 0 } })],
    ["two voters with one name", clusterJson({ voters: ["n1", "n1"] })],
    ["no voters", clusterJson({ voters: [] })],
    ["no last uid", clusterJson({ lastUid: undefined })],
    ["no cluster", clusterJson({ cluster: 7 })],
    ["no format", clusterJson({ format: undefined })],
    ["no such format", clusterJson({ format: 0 })],
    ["no object", "null"],
  ])("a cluster file with %s", (_title, content) => {
    const { path } = made();
    forgetCopies(path);
    writeFileSync(join(path, "cluster.json"), content);
    expect(refusal(path)).toBe(
      `${path} is damaged (cluster.json), and no node's folder has a copy: ` +
        "restore it from a copy taken while the cluster was stopped, or choose a new folder",
    );
  });

  test.each([
    [4, "use the version of Kontiki that wrote it, or a later one"],
    [1, "it is of a version before the first release; choose a new folder"],
  ])("format %d, whatever else it contains", (format, advice) => {
    const { path } = made();
    writeFileSync(join(path, "cluster.json"), `{"format":${format},"members":{}}`);
    expect(refusal(path)).toBe(
      `${path} has format ${format} and this version reads format 3: ${advice}`,
    );
  });

  test("a lock folder with other things in it", () => {
    const { path } = made();
    rmSync(join(path, "lock"), { recursive: true });
    mkdirSync(join(path, "lock"));
    writeFileSync(join(path, "lock", "x"), "");
    expect(refusal(path)).toBe(
      `${path} has a lock that cannot be read: if nothing uses it, remove ${join(path, "lock")}`,
    );
  });

  test("a node's folder that is newer than all that is left of the cluster file", () => {
    const { path } = made();
    const old = readFileSync(join(path, "cluster.json"));
    const directory = openDataDirectory(path, NODES, QUICK);
    directory.wipeNode(N2);
    directory.close();
    writeFileSync(join(path, "cluster.json"), old);
    forgetCopies(path);
    expect(refusal(path)).toBe(
      `${path} has a folder n2 that is newer than its cluster.json: ${COPY}, or choose a new folder`,
    );
  });

  test.each([
    ["EACCES", "permission is denied (EACCES); give this user the right to write there"],
    ["EROFS", "the file system is read-only (EROFS); mount it writable or use another folder"],
  ])("a path that cannot be written to: %s", (code, advice) => {
    const { path } = made();
    const processes = PROCESSES;
    const failing = (failed: keyof SystemCalls): SystemCalls =>
      watchedCalls((call) => {
        if (call === failed) throw systemError(code);
      });
    const open = (at: string, failed: keyof SystemCalls) => (): unknown =>
      openDataDirectory(at, NODES, { calls: failing(failed), processes });
    expect(open(path, "renameSync")).toThrow(
      new DataDirectoryError(`cannot lock ${path}: ${advice}`),
    );
    expect(open(path, "readdirSync")).toThrow(
      new DataDirectoryError(`cannot read ${path}: ${advice}`),
    );
    expect(open(`${path}2`, "mkdirSync")).toThrow(
      new DataDirectoryError(`cannot create ${path}2: ${advice}`),
    );
    const full = { calls: watchedCalls((call) => call === "writeSync" && fail()), processes };
    expect(() => openDataDirectory(`${path}3`, NODES, full)).toThrow(DiskError);
    expect(refusal(`${path}3`)).toBe(undefined);
  });
});

function fail(): never {
  throw systemError("ENOSPC");
}

test("a path where nothing can be created, as in /proc, is rejected, not retried forever", () => {
  const path = join(temporaryFolder(), "a", "b");
  const calls = watchedCalls((call) => {
    if (call === "mkdirSync") throw systemError("ENOENT");
  });
  expect(() => openDataDirectory(path, NODES, { calls, processes: PROCESSES })).toThrow(
    new DiskError(
      `cannot create ${path}: it does not exist (ENOENT); a part of the path is missing`,
      "ENOENT",
    ),
  );
});
