/** A data directory is created where there is none, and opened with the nodes that it holds. */
import { AssertionError, nodeId } from "@kontiki/core";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  DataDirectoryError,
  openDataDirectory,
  type DataDirectory,
} from "../../../packages/actors/src/directory/data-directory.ts";
import { FileDisk } from "../../../packages/actors/src/storage/disk/file-disk.ts";
import { openStorage } from "../../../packages/actors/src/storage/recovery/open-storage.ts";
import { PROCESSES, type Processes } from "../../../packages/actors/src/directory/processes.ts";
import { SYSTEM_CALLS } from "../../../packages/actors/src/storage/disk/system-calls.ts";
import { temporaryFolder } from "../support/storage/disks.ts";
import { EMPTY } from "../support/storage/model.ts";
import {
  CRC32,
  json,
  made,
  N1,
  N2,
  N3,
  NODES,
  QUICK,
  refusal,
} from "../support/data-directories.ts";

/** A directory as an earlier version may have made it, with another name for n1. */
function madeWith(name: string): string {
  const { path } = made();
  // As an earlier version wrote it, without checksums.
  for (const file of ["cluster.json", "n1/node.json"]) {
    const text = readFileSync(join(path, file), "utf8").replace(/,"crc32":"[0-9a-f]*"/, "");
    const old = text.replace('"format":3', '"format":2').replaceAll('"n1"', `"${name}"`);
    writeFileSync(join(path, file), old);
  }
  renameSync(join(path, "n1"), join(path, name));
  return path;
}

describe("a node whose name is a word of commands", () => {
  test.each(["leader", "follower", "any", "all", "minority", "majority"])("%s", (name) => {
    const path = madeWith(name);
    expect(refusal(path, { names: undefined })).toBe(
      `${path} holds a node named ${name}, which commands read as a word for nodes, not as a name: ` +
        `give it another name, such as n4, by starting it once with --rename ${name}=n4 ` +
        `(in programs, renames: { ${name}: "n4" })`,
    );
    const directory = openDataDirectory(path, undefined, QUICK, [name]);
    expect(directory.nodes).toEqual([name, "n2", "n3"]);
    directory.close();
  });
});

describe("an absent or empty directory", () => {
  test.each([
    ["absent", "a/b/data"],
    ["empty", "."],
  ])("is created when %s", (_title, name) => {
    const path = join(temporaryFolder(), name);
    const directory = openDataDirectory(path, NODES, QUICK);
    const { clusterId } = directory;
    expect(directory.nodes).toEqual(NODES);
    const contents = {
      format: 3,
      cluster: clusterId,
      voters: NODES,
      nodes: { n1: 0, n2: 0, n3: 0 },
      lastUid: 0,
      version: 1,
      crc32: CRC32,
    };
    expect(json(path, "cluster.json")).toEqual(contents);
    expect(readdirSync(path).sort()).toEqual(["cluster.json", "lock", "n1", "n2", "n3"]);
    for (const node of NODES) {
      expect(directory.pathOf(node)).toBe(join(path, node));
      const said = { format: 3, cluster: clusterId, node, uid: 0, crc32: CRC32 };
      expect(json(path, join(node, "node.json"))).toEqual(said);
      expect(json(path, join(node, "cluster.json"))).toEqual({ holder: node, ...contents });
      const { recovered } = openStorage(new FileDisk(directory.pathOf(node)));
      expect(recovered).toEqual({ ...EMPTY, tornBytes: 0 });
    }
    directory.close();
  });

  test("gets its own id", () => {
    expect(made().clusterId).not.toBe(made().clusterId);
  });

  test("needs nodes", () => {
    const path = join(temporaryFolder(), "data");
    expect(refusal(path, { names: undefined })).toBe(
      `${path} holds no cluster: name its nodes to create one`,
    );
    expect(existsSync(path)).toBe(false);
    expect(() => openDataDirectory(path, [])).toThrow(
      "openDataDirectory: nodes has 0 names: give a list of names, or undefined for those that it holds",
    );
    expect(() => openDataDirectory(path, [N1, N1])).toThrow(
      "openDataDirectory: nodes has 'n1' twice: give each node its own name",
    );
    expect(existsSync(path)).toBe(false);
  });
});

describe("an existing directory", () => {
  test.each([
    ["the same nodes", NODES],
    ["the same nodes in another order", [N3, N1, N2]],
    ["no nodes named", undefined],
  ])("opens with %s", (_title, nodes) => {
    const { path, clusterId } = made();
    const directory = openDataDirectory(path, nodes, QUICK);
    expect([directory.clusterId, directory.nodes]).toEqual([clusterId, NODES]);
    expect(() => directory.pathOf(nodeId("other"))).toThrow(AssertionError);
    directory.close();
  });

  test("is rejected with other nodes", () => {
    const { path } = made();
    expect(refusal(path, { names: [N1, N2] })).toBe(
      `${path} holds the nodes n1, n2, n3, not n1, n2: ` +
        "start it with the nodes it holds, or choose another folder",
    );
    expect(refusal(path)).toBe(undefined);
  });

  test("is rejected while it is in use, by this process or another", () => {
    const { path } = made();
    const directory = openDataDirectory(path, NODES, QUICK);
    expect(refusal(path)).toBe(`${path} is already in use by this process`);
    const other = (life: "alive" | "elsewhere"): Processes => ({
      self: { ...PROCESSES.self, pid: 1 },
      lifeOf: () => life,
    });
    const opened = (processes: Processes): DataDirectory =>
      openDataDirectory(path, NODES, { calls: SYSTEM_CALLS, processes });
    const by = `${path} is in use by process ${process.pid}`;
    expect(() => opened(other("alive"))).toThrow(
      new DataDirectoryError(`${by}: stop it, or choose another folder`),
    );
    const lock = join(path, "lock");
    expect(() => opened(other("elsewhere"))).toThrow(
      new DataDirectoryError(
        `${by} of another container: stop it, or remove ${lock} if that container is gone`,
      ),
    );
    directory.close();
    expect(refusal(path)).toBe(undefined);
  });

  test("is free again after it was rejected", () => {
    const { path } = made();
    for (const node of NODES) rmSync(join(path, node), { recursive: true });
    expect(refusal(path)).toMatch(/ has no node that can run /);
    expect(refusal(path)).toBe(refusal(path));
  });
});
