import { AssertionError, nodeId } from "@kontiki/core";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  DataDirectoryError,
  openDataDirectory,
  type DataDirectory,
} from "../../packages/actors/src/data-directory.ts";
import { DiskError } from "../../packages/actors/src/disk.ts";
import { FileDisk } from "../../packages/actors/src/file-disk.ts";
import { openStorage } from "../../packages/actors/src/open-storage.ts";
import { PROCESSES, type Processes } from "../../packages/actors/src/processes.ts";
import { SYSTEM_CALLS, type SystemCalls } from "../../packages/actors/src/system-calls.ts";
import {
  EMPTY,
  mortalCalls,
  PowerLoss,
  systemError,
  temporaryFolder,
  watchedCalls,
} from "../support/storage.ts";

const [N1, N2, N3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const NODES = [N1, N2, N3];
const COPY = "restore the whole data directory from one copy taken while the cluster was stopped";

/** What a power loss would lose is none of this file's business, and syncing takes time. */
const QUICK = { calls: mortalCalls(Infinity), processes: PROCESSES };

/** A data directory that was made, and closed. */
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

describe("a directory that is absent or empty", () => {
  test.each([
    ["absent", "a/b/data"],
    ["empty", "."],
  ])("is made when %s", (_title, name) => {
    const path = join(temporaryFolder(), name);
    const directory = openDataDirectory(path, NODES, QUICK);
    const { clusterId } = directory;
    expect(directory.nodes).toEqual(NODES);
    expect(json(path, "cluster.json")).toEqual({ format: 1, cluster: clusterId, nodes: NODES });
    expect(readdirSync(path).sort()).toEqual(["cluster.json", "lock", "n1", "n2", "n3"]);
    for (const node of NODES) {
      expect(directory.pathOf(node)).toBe(join(path, node));
      expect(json(path, join(node, "node.json"))).toEqual({ format: 1, cluster: clusterId, node });
      const { recovered } = openStorage(new FileDisk(directory.pathOf(node)));
      expect(recovered).toEqual({ ...EMPTY, tornBytes: 0 });
    }
    directory.close();
  });

  test("gets an id of its own", () => {
    expect(made().clusterId).not.toBe(made().clusterId);
  });

  test("needs nodes", () => {
    const path = join(temporaryFolder(), "data");
    expect(refusal(path, { names: undefined })).toBe(
      `${path} holds no cluster: name its nodes to make one`,
    );
    expect(existsSync(path)).toBe(false);
    expect(() => openDataDirectory(path, [])).toThrow(AssertionError);
    expect(() => openDataDirectory(path, [N1, N1])).toThrow(AssertionError);
  });
});

describe("a directory that was made", () => {
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

  test("is refused with other nodes", () => {
    const { path } = made();
    expect(refusal(path, { names: [N1, N2] })).toBe(
      `${path} holds the nodes n1, n2, n3, not n1, n2: ` +
        "start it with the nodes it holds, or choose another folder",
    );
    expect(refusal(path)).toBe(undefined);
  });

  test("is refused while it is in use, by this process or another", () => {
    const { path } = made();
    const directory = openDataDirectory(path, NODES, QUICK);
    expect(refusal(path)).toBe(`${path} is in use by this process already`);
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

  test("is free again after it was refused", () => {
    const { path } = made();
    rmSync(join(path, "n2"), { recursive: true });
    expect(refusal(path)).toBe(refusal(path));
  });
});

describe("what is refused as it is", () => {
  test("a folder that holds something else", () => {
    const path = temporaryFolder();
    writeFileSync(join(path, "thesis.txt"), "");
    expect(refusal(path)).toBe(
      `${path} is not empty and holds no cluster (there is "thesis.txt"): choose a new or an empty folder`,
    );
    expect(readdirSync(path)).toEqual(["thesis.txt"]);
  });

  test("a file, and what would be inside one", () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "");
    for (const name of [path, join(path, "data")]) {
      expect(refusal(name)).toBe(`${name} is not a folder: choose a new or an empty folder`);
    }
  });

  test.each([
    ["damaged JSON", "{"],
    ["another shape", `{"format":1,"cluster":"x","nodes":["N 1"]}`],
    ["two nodes of one name", `{"format":1,"cluster":"x","nodes":["n1","n1"]}`],
    ["no format", `{"cluster":"x","nodes":["n1"]}`],
    ["an older format", `{"format":0,"cluster":"x","nodes":["n1"]}`],
    ["no object", "null"],
  ])("a cluster file with %s", (_title, content) => {
    const { path } = made();
    writeFileSync(join(path, "cluster.json"), content);
    expect(refusal(path)).toBe(
      `${path} is damaged (cluster.json): restore it from a copy taken while the cluster was stopped, ` +
        "or choose a new folder",
    );
  });

  test("a newer format, whatever is behind it", () => {
    const { path } = made();
    writeFileSync(join(path, "cluster.json"), `{"format":2,"members":{}}`);
    expect(refusal(path)).toBe(
      `${path} has format 2 and this version reads format 1: ` +
        "use the version of Kontiki that wrote it, or a later one",
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
  ])("a node that has forgotten what it promised: %s is gone", (_title, name) => {
    const { path } = made();
    rmSync(join(path, name), { recursive: true });
    expect(refusal(path)).toBe(
      `${path} lacks ${join("n2", "node.json")}: a node that has forgotten what it promised must ` +
        `not come back; ${COPY}, or choose a new folder`,
    );
  });

  test("a node's folder that is another's", () => {
    const { path, clusterId } = made();
    const other = made();
    const move = (from: string): void => {
      rmSync(join(path, "n2"), { recursive: true });
      cpSync(from, join(path, "n2"), { recursive: true });
    };
    move(join(other.path, "n2"));
    expect(refusal(path)).toBe(
      `${path} has a folder n2 of another cluster (${other.clusterId}, not ${clusterId}): ` +
        "put back the folder that belongs there",
    );
    move(join(path, "n1"));
    expect(refusal(path)).toBe(
      `${path} has a folder n2 that belongs to node n1: put back the folder that belongs there`,
    );
  });

  test.each([
    ["EACCES", "permission is denied (EACCES); give this user the right to write there"],
    ["EROFS", "the file system is read-only (EROFS); mount it writable or use another folder"],
  ])("a place that cannot be written: %s", (code, advice) => {
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

test("a place where nothing can be made, as in /proc, is refused, not tried for ever", () => {
  const path = join(temporaryFolder(), "a", "b");
  const calls = watchedCalls((call) => {
    if (call === "mkdirSync") throw systemError("ENOENT");
  });
  expect(() => openDataDirectory(path, NODES, { calls, processes: PROCESSES })).toThrow(
    new DiskError(
      `cannot create ${path}: it is not there (ENOENT); something on the way to it is missing`,
      "ENOENT",
    ),
  );
});

function fail(): never {
  throw systemError("ENOSPC");
}

test("a process that dies while it makes one leaves what the next completes", () => {
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
});

test("one that was begun is completed as it was begun, by whoever comes", () => {
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
