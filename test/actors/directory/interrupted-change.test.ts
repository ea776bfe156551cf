/** A process dies while it creates a directory or changes its nodes: the next one finds all of it or nothing. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  openDataDirectory,
  type DataDirectory,
} from "../../../packages/actors/src/directory/data-directory.ts";
import { DiskError } from "../../../packages/actors/src/storage/disk/disk.ts";
import { PROCESSES } from "../../../packages/actors/src/directory/processes.ts";
import {
  mortalCalls,
  PowerLoss,
  systemError,
  temporaryFolder,
  watchedCalls,
} from "../support/storage/disks.ts";
import { json, made, N1, N2, N4, NODES, QUICK, refusal } from "../support/data-directories.ts";

/** Hundreds of directories are created and opened, and a busy machine needs time for each. */
const SLOW = { timeout: 60_000 };

test(
  "a process that dies during creation leaves a directory that the next one completes",
  SLOW,
  () => {
    const results = new Set<string>();
    for (let budget = 0, finished = false; !finished; budget += 1) {
      const path = join(temporaryFolder(), "data");
      const dying = { self: { ...PROCESSES.self, pid: 2 ** 30 }, lifeOf: PROCESSES.lifeOf };
      try {
        openDataDirectory(path, [N1, N2], { calls: mortalCalls(budget), processes: dying });
        finished = true;
      } catch (cause) {
        expect(cause).toBeInstanceOf(PowerLoss);
      }
      const names = existsSync(path) ? readdirSync(path) : [];
      const begun = ["cluster.json", "creating.json"].find((name) => names.includes(name));
      const promised = begun === undefined ? undefined : json(path, begun);
      const directory = openDataDirectory(path, [N1, N2], QUICK);
      directory.close();
      if (promised !== undefined) expect(json(path, "cluster.json")).toEqual(promised);
      results.add(begun ?? "nothing");
      expect(readdirSync(path).filter((name) => !name.startsWith("lock."))).toEqual([
        "cluster.json",
        "lock",
        "n1",
        "n2",
      ]);
    }
    expect(results).toEqual(new Set(["nothing", "creating.json", "cluster.json"]));
  },
);

test("an unfinished one is completed as it was begun, by any process", () => {
  const path = join(temporaryFolder(), "data");
  const calls = watchedCalls((call, from) => {
    if (call === "renameSync" && basename(String(from)) === "creating.json") throw new PowerLoss();
  });
  expect(() => openDataDirectory(path, NODES, { calls, processes: PROCESSES })).toThrow(PowerLoss);
  expect(refusal(path, { names: [N1] })).toBe(
    `${path} holds the nodes n1, n2, n3, not n1: ` +
      "start it with the nodes it holds, or choose another folder",
  );
  const directory = openDataDirectory(path, undefined, QUICK);
  expect(directory.nodes).toEqual(NODES);
  directory.close();
});

/** Marks a node's log: a test writes it into the folder, and it moves with the folder. */
const MARK = "0000000001.wal";

describe("a process that dies, or a disk that fails, at any call", () => {
  const act = {
    add: (directory: DataDirectory): unknown => directory.addNode(N4),
    remove: (directory: DataDirectory): unknown => directory.removeNode(N2),
    wipe: (directory: DataDirectory): unknown => directory.wipeNode(N2),
  };

  /** Does it with calls that fail from number `budget` on, and returns what the next process finds. */
  function interrupted(
    what: keyof typeof act,
    budget: number,
  ): { readonly finished: boolean; readonly found: unknown; readonly names: string[] } {
    const { path } = made();
    writeFileSync(join(path, "n2", "mark"), "");
    let left = Infinity;
    const calls = watchedCalls(() => {
      if (left <= 0) throw new PowerLoss();
      left -= 1;
    });
    const quick = { ...calls, fdatasyncSync: (): void => {}, fsyncSync: (): void => {} };
    const directory = openDataDirectory(path, NODES, { calls: quick, processes: PROCESSES });
    left = budget;
    let finished = true;
    try {
      act[what](directory);
    } catch (cause) {
      expect(cause).toBeInstanceOf(PowerLoss);
      finished = false;
    }
    left = Infinity;
    directory.close();
    const next = openDataDirectory(path, undefined, QUICK);
    const found = next.disks().map(({ node, uid }) => {
      const folder = readdirSync(next.pathOf(node));
      expect(json(path, join(node, "node.json"))).toMatchObject({ node, uid });
      expect(folder).toContain(MARK);
      return `${node} ${uid}${folder.includes("mark") ? " old" : ""}`;
    });
    next.close();
    return { finished, found, names: readdirSync(path).sort() };
  }

  test.each<[keyof typeof act, string[], string[]]>([
    ["add", ["n1 0", "n2 0 old", "n3 0"], ["n1 0", "n2 0 old", "n3 0", "n4 1"]],
    ["remove", ["n1 0", "n2 0 old", "n3 0"], ["n1 0", "n3 0"]],
    ["wipe", ["n1 0", "n2 0 old", "n3 0"], ["n1 0", "n2 1", "n3 0"]],
  ])("%s: all of it or nothing, with no remains", SLOW, (what, before, after) => {
    const seen = new Set<string>();
    for (let budget = 0, finished = false; !finished; budget += 1) {
      const ended = interrupted(what, budget);
      finished = ended.finished;
      expect([before, after]).toContainEqual(ended.found);
      if (finished) expect(ended.found).toEqual(after);
      const folders = (ended.found as string[]).map((text) => text.split(" ")[0]);
      const others = ended.names.filter((name) => !name.startsWith("lock."));
      expect(others.filter((name) => !name.endsWith(".tmp"))).toEqual([
        "cluster.json",
        "lock",
        ...folders,
      ]);
      seen.add(JSON.stringify(ended.found));
    }
    expect(seen).toEqual(new Set([JSON.stringify(before), JSON.stringify(after)]));
  });

  test.each<[keyof typeof act, string[]]>([
    ["add", ["n1 0", "n2 0", "n3 0", "n4 2"]],
    ["remove", ["n1 0", "n3 0"]],
    ["wipe", ["n1 0", "n2 2", "n3 0"]],
  ])("%s: repeated by the same process it succeeds, with a new uid", SLOW, (what, after) => {
    for (let at = 0, finished = false; !finished; at += 1) {
      const { path } = made();
      let call = -Infinity;
      const calls = watchedCalls(() => {
        call += 1;
        if (call === at) throw systemError("EIO");
      });
      const quick = { ...calls, fdatasyncSync: (): void => {}, fsyncSync: (): void => {} };
      const directory = openDataDirectory(path, NODES, { calls: quick, processes: PROCESSES });
      call = -1;
      let failed: unknown;
      try {
        act[what](directory);
      } catch (cause) {
        failed = cause;
      }
      finished = call < at;
      call = -Infinity;
      if (failed !== undefined) {
        expect(failed).toBeInstanceOf(DiskError);
        const gone = what === "remove" && !directory.nodes.includes(N2);
        if (!gone) act[what](directory);
        expect(uidsUpTo(directory, 2)).toEqual(after);
      }
      directory.close();
      const next = openDataDirectory(path, undefined, QUICK);
      if (failed !== undefined) expect(uidsUpTo(next, 2)).toEqual(after);
      next.close();
    }
  });
});

/** Nodes and their uids; a first attempt may have used up a uid or not. */
function uidsUpTo(directory: DataDirectory, most: number): string[] {
  return directory
    .disks()
    .map(({ node, uid }) => `${node} ${uid === 0 ? 0 : uid <= most ? most : uid}`);
}
