import { AssertionError, nodeId } from "@kontiki/core";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  DataDirectoryError,
  openDataDirectory,
  type DataDirectory,
} from "../../../packages/actors/src/directory/data-directory.ts";
import { DiskError } from "../../../packages/actors/src/storage/disk/disk.ts";
import { FileDisk } from "../../../packages/actors/src/storage/disk/file-disk.ts";
import { openStorage } from "../../../packages/actors/src/storage/recovery/open-storage.ts";
import { PROCESSES, type Processes } from "../../../packages/actors/src/directory/processes.ts";
import {
  SYSTEM_CALLS,
  type SystemCalls,
} from "../../../packages/actors/src/storage/disk/system-calls.ts";
import {
  mortalCalls,
  PowerLoss,
  systemError,
  temporaryFolder,
  watchedCalls,
} from "../support/storage/disks.ts";
import { EMPTY } from "../support/storage/model.ts";

const [N1, N2, N3, N4] = [nodeId("n1"), nodeId("n2"), nodeId("n3"), nodeId("n4")];
const NODES = [N1, N2, N3];
const COPY = "restore the whole data directory from one copy taken while the cluster was stopped";

/** Power loss does not matter in this file, and syncing takes time. */
const QUICK = { calls: mortalCalls(Infinity), processes: PROCESSES };

/** A data directory that was created and closed. */
function made(): { path: string; clusterId: string } {
  const path = join(temporaryFolder(), "data");
  const directory = openDataDirectory(path, NODES, QUICK);
  directory.close();
  return { path, clusterId: directory.clusterId };
}

function refusal(
  path: string,
  nodes: { readonly names: readonly (typeof N1)[] | undefined } = { names: NODES },
): unknown {
  try {
    openDataDirectory(path, nodes.names, QUICK).close();
  } catch (cause) {
    if (cause instanceof DataDirectoryError) return cause.message;
    throw cause;
  }
  return undefined;
}

function json(path: string, name: string): unknown {
  return JSON.parse(readFileSync(join(path, name), "utf8"));
}

/** A directory as an earlier version may have made it, with another name for n1. */
function madeWith(name: string): string {
  const { path } = made();
  for (const file of ["cluster.json", "n1/node.json"]) {
    const text = readFileSync(join(path, file), "utf8");
    writeFileSync(join(path, file), text.replaceAll('"n1"', `"${name}"`));
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
    expect(json(path, "cluster.json")).toEqual({
      format: 2,
      cluster: clusterId,
      voters: NODES,
      nodes: { n1: 0, n2: 0, n3: 0 },
      lastUid: 0,
    });
    expect(readdirSync(path).sort()).toEqual(["cluster.json", "lock", "n1", "n2", "n3"]);
    for (const node of NODES) {
      expect(directory.pathOf(node)).toBe(join(path, node));
      const said = { format: 2, cluster: clusterId, node, uid: 0 };
      expect(json(path, join(node, "node.json"))).toEqual(said);
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
    rmSync(join(path, "n2"), { recursive: true });
    expect(refusal(path)).toBe(refusal(path));
  });
});

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
    writeFileSync(join(path, "cluster.json"), content);
    expect(refusal(path)).toBe(
      `${path} is damaged (cluster.json): restore it from a copy taken while the cluster was stopped, ` +
        "or choose a new folder",
    );
  });

  test.each([
    [3, "use the version of Kontiki that wrote it, or a later one"],
    [1, "it is of a version before the first release; choose a new folder"],
  ])("format %d, whatever else it contains", (format, advice) => {
    const { path } = made();
    writeFileSync(join(path, "cluster.json"), `{"format":${format},"members":{}}`);
    expect(refusal(path)).toBe(
      `${path} has format ${format} and this version reads format 2: ${advice}`,
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

  test.each([
    ["the folder", "n2"],
    ["the file in it", "n2/node.json"],
  ])("a node that has forgotten its promises: %s is gone", (_title, name) => {
    const { path } = made();
    rmSync(join(path, name), { recursive: true });
    expect(refusal(path)).toBe(
      `${path} lacks ${join("n2", "node.json")}: a node that has forgotten its promises must ` +
        `not run again; ${COPY}, or choose a new folder`,
    );
  });

  test("a node's folder that belongs to another node or cluster", () => {
    const { path, clusterId } = made();
    const other = made();
    const move = (from: string): void => {
      rmSync(join(path, "n2"), { recursive: true });
      cpSync(from, join(path, "n2"), { recursive: true });
    };
    move(join(other.path, "n2"));
    expect(refusal(path)).toBe(
      `${path} has a folder n2 of another cluster (${other.clusterId}, not ${clusterId}): ` +
        "restore the folder that belongs there",
    );
    move(join(path, "n1"));
    expect(refusal(path)).toBe(
      `${path} has a folder n2 that belongs to node n1: restore the folder that belongs there`,
    );
  });

  test("a node's folder that is newer than the cluster file", () => {
    const { path } = made();
    const old = readFileSync(join(path, "cluster.json"));
    const directory = openDataDirectory(path, NODES, QUICK);
    directory.wipeNode(N2);
    directory.close();
    writeFileSync(join(path, "cluster.json"), old);
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

function fail(): never {
  throw systemError("ENOSPC");
}

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

describe("nodes are added and removed", () => {
  test("a new one has an empty log and a uid that was never used, across restarts too", () => {
    const { path, clusterId } = made();
    const first = openDataDirectory(path, NODES, QUICK);
    expect(first.addNode(N4)).toEqual({ node: N4, uid: 1, path: join(path, "n4") });
    expect(first.wipeNode(N2)).toEqual({ node: N2, uid: 2, path: join(path, "n2") });
    first.removeNode(N4);
    first.removeNode(N1);
    first.close();
    const second = openDataDirectory(path, [N2, N3], QUICK);
    expect(second.addNode(N4)).toEqual({ node: N4, uid: 3, path: join(path, "n4") });
    expect(second.voters).toEqual(NODES);
    expect(second.nodes).toEqual([N2, N3, N4]);
    expect(second.disks()).toEqual([
      { node: N2, uid: 2, path: join(path, "n2") },
      { node: N3, uid: 0, path: join(path, "n3") },
      { node: N4, uid: 3, path: join(path, "n4") },
    ]);
    expect(json(path, "n4/node.json")).toEqual({
      format: 2,
      cluster: clusterId,
      node: N4,
      uid: 3,
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
