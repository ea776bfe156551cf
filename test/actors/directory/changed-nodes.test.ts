/** Nodes of a data directory are added, wiped and removed: each disk has a uid that was never used. */
import { AssertionError } from "@kontiki/core";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  DataDirectoryError,
  openDataDirectory,
} from "../../../packages/actors/src/directory/data-directory.ts";
import { FileDisk } from "../../../packages/actors/src/storage/disk/file-disk.ts";
import { openStorage } from "../../../packages/actors/src/storage/recovery/open-storage.ts";
import { EMPTY } from "../support/storage/model.ts";
import { CRC32, json, made, N1, N2, N3, N4, NODES, QUICK } from "../support/data-directories.ts";

describe("nodes are added and removed", () => {
  test("a new one has an empty log and a uid that was never used, across restarts too", () => {
    const { path, clusterId } = made();
    const first = openDataDirectory(path, NODES, QUICK);
    const disk = (node: typeof N1, uid: number): unknown => ({
      node,
      uid,
      path: join(path, node),
      fault: undefined,
    });
    expect(first.addNode(N4)).toEqual(disk(N4, 1));
    expect(first.wipeNode(N2)).toEqual(disk(N2, 2));
    first.removeNode(N4);
    first.removeNode(N1);
    first.close();
    const second = openDataDirectory(path, [N2, N3], QUICK);
    expect(second.addNode(N4)).toEqual(disk(N4, 3));
    expect(second.voters).toEqual(NODES);
    expect(second.nodes).toEqual([N2, N3, N4]);
    expect(second.disks()).toEqual([disk(N2, 2), disk(N3, 0), disk(N4, 3)]);
    expect(json(path, "n4/node.json")).toEqual({
      format: 3,
      cluster: clusterId,
      node: N4,
      uid: 3,
      crc32: CRC32,
    });
    const { recovered } = openStorage(new FileDisk(second.pathOf(N4)));
    expect(recovered).toEqual({ ...EMPTY, tornBytes: 0 });
    second.close();
    expect(readdirSync(path).sort()).toEqual(["cluster.json", "lock", "n2", "n3", "n4"]);
  });

  test("something in the way of a new one is left alone, and so is something that belongs to no node", () => {
    const { path } = made();
    for (const name of ["n4", "n5.removed-1", "backup"]) {
      mkdirSync(join(path, name));
      writeFileSync(join(path, name, "thesis.txt"), "");
    }
    const directory = openDataDirectory(path, NODES, QUICK);
    expect(() => directory.addNode(N4)).toThrow(
      new DataDirectoryError(
        `${path} has something called n4 that belongs to no node: move it elsewhere`,
      ),
    );
    directory.close();
    for (const name of ["n4", "n5.removed-1", "backup"])
      expect(readdirSync(join(path, name))).toEqual(["thesis.txt"]);
  });

  test("only existing nodes are wiped or removed, only new ones added", () => {
    const directory = openDataDirectory(made().path, NODES, QUICK);
    expect(() => directory.addNode(N1)).toThrow(AssertionError);
    expect(() => directory.removeNode(N4)).toThrow(AssertionError);
    expect(() => directory.wipeNode(N4)).toThrow(AssertionError);
    directory.close();
  });
});
